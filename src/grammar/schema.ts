import { GrammarError } from "../contracts/grammar.ts";

export type Schema = Readonly<Record<string, unknown>>;

export const TYPES = ["object", "array", "string", "integer", "number", "boolean", "null"] as const;
export type Type = (typeof TYPES)[number];

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Says nothing about which values are valid. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  "$anchor",
  "$comment",
  "$defs",
  "$dynamicAnchor",
  "$id",
  "$recursiveAnchor",
  "$schema",
  "$vocabulary",
  "contentEncoding",
  "contentMediaType",
  "contentSchema",
  "default",
  "definitions",
  "deprecated",
  "description",
  "examples",
  "example",
  "readOnly",
  "strict",
  "title",
  "writeOnly",
]);

/** Keywords whose meaning no grammar here expresses, with the values that ask for nothing. */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  $dynamicRef: () => false,
  $recursiveRef: () => false,
  contains: () => false,
  dependencies: isEmpty,
  dependentRequired: isEmpty,
  dependentSchemas: isEmpty,
  if: () => false,
  not: (value) => value === false,
  unevaluatedItems: (value) => typeof value === "boolean",
  unevaluatedProperties: (value) => typeof value === "boolean",
  uniqueItems: (value) => value === false,
};

/** Keywords that tell what type is meant where `type` is left out. */
const IMPLIED: Readonly<Record<string, Type>> = {
  additionalProperties: "object",
  maxProperties: "object",
  minProperties: "object",
  patternProperties: "object",
  properties: "object",
  propertyNames: "object",
  required: "object",
  additionalItems: "array",
  items: "array",
  maxItems: "array",
  minItems: "array",
  prefixItems: "array",
  format: "string",
  maxLength: "string",
  minLength: "string",
  pattern: "string",
  exclusiveMaximum: "number",
  exclusiveMinimum: "number",
  maximum: "number",
  minimum: "number",
  multipleOf: "number",
};

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Without what says nothing. Throws GrammarError for a keyword that is not supported, by its name. */
export function constraints(schema: Schema, path: string): Schema {
  const kept: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    const isNeutral = Object.hasOwn(REFUSED, keyword) ? REFUSED[keyword] : undefined;
    if (isNeutral && !isNeutral(value)) throw new GrammarError(at(path, keyword), "is not supported");
    kept[keyword] = value;
  }
  return kept;
}

/** The types a schema speaks of: those it names, or that its keywords are about. Null: all. */
export function typesOf(schema: Schema, path: string): readonly Type[] | null {
  const { type, nullable } = schema;
  if (type === undefined) {
    const implied = new Set<Type>();
    for (const keyword of Object.keys(schema)) if (Object.hasOwn(IMPLIED, keyword)) implied.add(IMPLIED[keyword]!);
    return implied.size > 0 ? [...implied] : null;
  }
  const list = Array.isArray(type) ? type : [type];
  const wrong = list.find((each) => !TYPES.includes(each));
  if (list.length === 0 || wrong !== undefined) {
    throw new GrammarError(at(path, "type"), `must be one of ${TYPES.join(", ")}, or a list of them`);
  }
  const types = new Set(list as Type[]);
  if (types.has("number")) types.delete("integer");
  if (nullable === true) types.add("null");
  return [...types];
}

/** Whether a pattern of `patternProperties` is about the name. */
export function matchesName(pattern: string, name: string, path: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    throw new GrammarError(at(path, "patternProperties"), `${JSON.stringify(pattern)} is not a regular expression`);
  }
}

export function typeOf(value: unknown): Type {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value as "object" | "string" | "boolean";
}

/** `properties.name.items` */
export function at(path: string, ...steps: readonly (string | number)[]): string {
  let text = path;
  for (const step of steps) text += typeof step === "number" ? `[${step}]` : `${text && "."}${step.slice(0, 64)}`;
  return text;
}
