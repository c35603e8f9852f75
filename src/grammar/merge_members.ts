import { GrammarError } from "../contracts/grammar.ts";
import { at, isSchema, matchesName, type Schema } from "./schema.ts";

/**
 * Of members, keywords say something together: `additionalProperties` is about the names that its own schema leaves out.
 * So two schemas become one member by member.
 */

/** A schema that says what both say; either may be a boolean or left out. */
export function conjunction(a: unknown, b: unknown): unknown {
  if (a === false || b === false) return false;
  if (a === undefined || a === true) return b;
  return b === undefined || b === true ? a : { allOf: [a, b] };
}

const OF_OBJECTS = ["properties", "patternProperties", "additionalProperties"];
const OF_ARRAYS = ["prefixItems", "items", "additionalItems"];
export const OF_MEMBERS: ReadonlySet<string> = new Set([...OF_OBJECTS, ...OF_ARRAYS]);

/** What both say of their members. Throws GrammarError where no schema says it. */
export function mergeMembers(a: Schema, b: Schema, path: string): Schema {
  return {
    ...(isAbout(a, OF_OBJECTS) && isAbout(b, OF_OBJECTS)
      ? mergeProperties(a, b, path)
      : { ...saidOf(a, OF_OBJECTS), ...saidOf(b, OF_OBJECTS) }),
    ...(isAbout(a, OF_ARRAYS) && isAbout(b, OF_ARRAYS)
      ? mergeItems(a, b, path)
      : { ...saidOf(a, OF_ARRAYS), ...saidOf(b, OF_ARRAYS) }),
  };
}

function mergeProperties(a: Schema, b: Schema, path: string): Schema {
  const patterns = { a: fields(a, "patternProperties", path), b: fields(b, "patternProperties", path) };
  const differ = JSON.stringify(patterns.a) !== JSON.stringify(patterns.b);
  const narrows = (left: Schema, others: Schema) => left.additionalProperties !== undefined && !isEmpty(others);
  if (differ && (narrows(a, patterns.b) || narrows(b, patterns.a))) {
    throw new GrammarError(at(path, "patternProperties"), "cannot be combined with the additionalProperties here");
  }
  const names = Object.keys({ ...fields(a, "properties", path), ...fields(b, "properties", path) });
  const properties = names.map((name) => [name, conjunction(ofName(a, name, path), ofName(b, name, path)) ?? true]);
  const patterned = Object.keys({ ...patterns.a, ...patterns.b });
  const ofPattern = (pattern: string) => conjunction(patterns.a[pattern], patterns.b[pattern]);
  const others = conjunction(a.additionalProperties, b.additionalProperties);
  return {
    properties: Object.fromEntries(properties),
    ...(patterned.length > 0 && {
      patternProperties: Object.fromEntries(patterned.map((pattern) => [pattern, ofPattern(pattern)])),
    }),
    ...(others !== undefined && { additionalProperties: others }),
  };
}

/** What a schema says of the property with that name, but for its patterns, which stay. */
function ofName(schema: Schema, name: string, path: string): unknown {
  const named = fields(schema, "properties", path);
  if (Object.hasOwn(named, name)) return named[name];
  const patterns = Object.keys(fields(schema, "patternProperties", path));
  return patterns.some((pattern) => matchesName(pattern, name, path)) ? true : schema.additionalProperties;
}

function mergeItems(a: Schema, b: Schema, path: string): Schema {
  const [first, second] = [itemsOf(a, path), itemsOf(b, path)];
  const heads = Array.from({ length: Math.max(first.heads.length, second.heads.length) }, (_, i) => {
    const [left, right] = [first, second].map(({ heads, tail }) => (i < heads.length ? heads[i] : tail));
    return conjunction(left, right) ?? true;
  });
  const tail = conjunction(first.tail, second.tail);
  return { ...(heads.length > 0 && { prefixItems: heads }), ...(tail !== undefined && { items: tail }) };
}

/** Until 2019 a list under `items` said what `prefixItems` says now. */
function itemsOf(schema: Schema, path: string): { readonly heads: readonly unknown[]; readonly tail: unknown } {
  const { prefixItems = [], items, additionalItems } = schema;
  if (Array.isArray(items)) return { heads: items, tail: additionalItems };
  if (Array.isArray(prefixItems)) return { heads: prefixItems, tail: items };
  throw new GrammarError(at(path, "prefixItems"), "must be a list");
}

const ELSEWHERE = ["$ref", "allOf", "anyOf", "oneOf"];
const SEALS: Readonly<Record<string, readonly string[]>> = {
  unevaluatedProperties: [...OF_OBJECTS, ...ELSEWHERE],
  unevaluatedItems: [...OF_ARRAYS, ...ELSEWHERE],
};

/**
 * `unevaluatedProperties: false` forbids what its own schema does not speak of, whatever the schemas beside it say; once
 * merged, it would count what they say. Throws GrammarError where that matters.
 */
export function checkSeals(inner: Schema, beside: readonly Schema[], path: string): void {
  for (const [seal, keywords] of Object.entries(SEALS)) {
    if (inner[seal] !== false || !beside.some((schema) => isAbout(schema, keywords))) continue;
    throw new GrammarError(at(path, seal), "is not supported where schemas beside its own apply, too");
  }
}

const isAbout = (schema: Schema, keywords: readonly string[]) => keywords.some((each) => Object.hasOwn(schema, each));
const isEmpty = (schema: Schema) => Object.keys(schema).length === 0;

function saidOf(schema: Schema, keywords: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => keywords.includes(keyword)));
}

function fields(schema: Schema, keyword: string, path: string): Schema {
  const value = schema[keyword] ?? {};
  if (isSchema(value)) return value;
  throw new GrammarError(at(path, keyword), "must be an object");
}
