import { GrammarError } from "../contracts/grammar.ts";
import { at, isSchema, type Schema, typesOf } from "./schema.ts";

type Combine = (a: unknown, b: unknown, path: string) => unknown;

const lesser: Combine = (a, b) => Math.min(a as number, b as number);
const greater: Combine = (a, b) => Math.max(a as number, b as number);
const both: Combine = (a, b) => [...new Set([...(a as unknown[]), ...(b as unknown[])])];

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
  items: conjunction,
  additionalProperties: conjunction,
  propertyNames: conjunction,
  unevaluatedProperties: (a, b) => a !== false && b !== false,
  properties: byName,
  patternProperties: byName,
};

/** A schema that says what both say; false where no value can be valid. Throws GrammarError where none says it. */
export function mergeSchemas(a: Schema, b: Schema, path: string): Schema | false {
  closed(a, b, path);
  closed(b, a, path);
  const merged: Record<string, unknown> = { ...a };
  for (const [keyword, value] of Object.entries(b)) {
    if (!Object.hasOwn(a, keyword) || JSON.stringify(a[keyword]) === JSON.stringify(value)) merged[keyword] = value;
    else if (keyword === "type") merged.type = commonTypes(a, b, path);
    else if (Object.hasOwn(COMBINED, keyword)) merged[keyword] = COMBINED[keyword]!(a[keyword], value, path);
    else if (keyword === "const") return false;
    else throw new GrammarError(at(path, keyword), "cannot be combined with the other one that applies here");
  }
  return Array.isArray(merged.type) && merged.type.length === 0 ? false : merged;
}

/** What one forbids, the other one must not name. */
function closed(a: Schema, b: Schema, path: string): void {
  if (a.additionalProperties !== false || a.patternProperties !== undefined) return;
  const known = isSchema(a.properties) ? a.properties : {};
  for (const name of Object.keys(isSchema(b.properties) ? b.properties : {})) {
    if (Object.hasOwn(known, name)) continue;
    throw new GrammarError(at(path, "additionalProperties"), `forbids ${name}, which applies here too`);
  }
}

function commonTypes(a: Schema, b: Schema, path: string): string[] {
  const [first, second] = [typesOf({ type: a.type }, path) ?? [], typesOf({ type: b.type }, path) ?? []];
  const common = new Set<string>(first.filter((type) => second.includes(type)));
  if ([first, second].some((types) => types.includes("number")) && [...first, ...second].includes("integer")) {
    common.add("integer");
  }
  return [...common];
}

function conjunction(a: unknown, b: unknown): unknown {
  if (a === false || b === false) return false;
  if (a === true) return b;
  return b === true ? a : { allOf: [a, b] };
}

function byName(a: unknown, b: unknown): Schema {
  const merged: Record<string, unknown> = { ...(a as Schema) };
  for (const [name, schema] of Object.entries(b as Schema)) {
    merged[name] = Object.hasOwn(merged, name) ? conjunction(merged[name], schema) : schema;
  }
  return merged;
}
