import { GrammarError } from "../contracts/grammar.ts";
import { conjunction, mergeMembers, OF_MEMBERS } from "./merge_members.ts";
import { at, isSchema, type Schema, typesOf } from "./schema.ts";

type Combine = (a: unknown, b: unknown, path: string) => unknown;

const lesser: Combine = (a, b, path) => Math.min(...numbers(a, b, path));
const greater: Combine = (a, b, path) => Math.max(...numbers(a, b, path));
const both: Combine = (a, b) => [...new Set([...(a as unknown[]), ...(b as unknown[])])];

/** Draft 4 has booleans for exclusive bounds, which say something about the bound beside them. */
function numbers(a: unknown, b: unknown, path: string): [number, number] {
  if (typeof a === "number" && typeof b === "number") return [a, b];
  throw new GrammarError(path, "has bounds that cannot be combined: they are not all numbers");
}

/** How two values of one keyword become one that says both. Others have to be equal. */
const COMBINED: Readonly<Record<string, Combine>> = {
  minimum: greater,
  exclusiveMinimum: greater,
  minLength: greater,
  minItems: greater,
  minProperties: greater,
  maximum: lesser,
  exclusiveMaximum: lesser,
  maxLength: lesser,
  maxItems: lesser,
  maxProperties: lesser,
  required: both,
  allOf: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
  enum: (a, b) => {
    const texts = new Set((b as unknown[]).map((value) => JSON.stringify(value)));
    return (a as unknown[]).filter((value) => texts.has(JSON.stringify(value)));
  },
  propertyNames: conjunction,
  unevaluatedProperties: (a, b) => a !== false && b !== false,
};

/** A schema that says what both say; false where no value can be valid. Throws GrammarError where none says it. */
export function mergeSchemas(a: Schema, b: Schema, path: string): Schema | false {
  const merged: Record<string, unknown> = { ...withoutMembers(a), ...mergeMembers(a, b, path) };
  for (const [keyword, value] of Object.entries(withoutMembers(b))) {
    if (!Object.hasOwn(a, keyword) || JSON.stringify(a[keyword]) === JSON.stringify(value)) merged[keyword] = value;
    else if (keyword === "type") merged.type = commonTypes(a, b, path);
    else if (Object.hasOwn(COMBINED, keyword)) merged[keyword] = COMBINED[keyword]!(a[keyword], value, path);
    else if (keyword === "const") return false;
    else throw new GrammarError(at(path, keyword), "cannot be combined with the other one that applies here");
  }
  return (Array.isArray(merged.type) && merged.type.length === 0) || lacksRequired(merged) ? false : merged;
}

function withoutMembers(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !OF_MEMBERS.has(keyword)));
}

/** Whether only objects are valid, and they need a property that allows no value. */
function lacksRequired(schema: Schema): boolean {
  const { required, properties } = schema;
  if (!Array.isArray(required) || !isSchema(properties) || typesOf(schema, "")?.join() !== "object") return false;
  return required.some((name) => Object.hasOwn(properties, name) && properties[name] === false);
}

function commonTypes(a: Schema, b: Schema, path: string): string[] {
  const [first, second] = [typesOf({ type: a.type }, path) ?? [], typesOf({ type: b.type }, path) ?? []];
  const common = new Set<string>(first.filter((type) => second.includes(type)));
  if ([first, second].some((types) => types.includes("number")) && [...first, ...second].includes("integer")) {
    common.add("integer");
  }
  return [...common];
}
