type Json = Readonly<Record<string, unknown>>;

/** A tool as far as its calls go. */
export interface Callable {
  readonly name: string;
  /** JSON Schema of an object; where left out, no arguments. */
  readonly parameters?: Json | undefined;
}

/**
 * JSON Schema of one allowed call, `{"name": ..., "arguments": {...}}` in this order, for a grammar that enforces
 * tool_choice. `tools`: at least one. References within a tool's parameters go on pointing to the same place.
 */
export function callSchema(tools: readonly Callable[], argumentsKey: "arguments" | "parameters"): Json {
  const [only, ...others] = tools;
  if (only !== undefined && others.length === 0) return oneCall(only, argumentsKey, "#");
  return { anyOf: tools.map((tool, i) => oneCall(tool, argumentsKey, `#/anyOf/${i}`)) };
}

function oneCall({ name, parameters }: Callable, argumentsKey: string, at: string): Json {
  const empty = { type: "object", properties: {}, additionalProperties: false };
  return {
    type: "object",
    properties: {
      name: { const: name },
      [argumentsKey]:
        parameters === undefined ? empty : { type: "object", ...moved(parameters, `${at}/properties/${argumentsKey}`) },
    },
    required: ["name", argumentsKey],
    additionalProperties: false,
  };
}

/** Keywords whose value is data, not schemas. */
const DATA: ReadonlySet<string> = new Set(["const", "default", "enum", "examples"]);

/** Keywords whose value has a schema under every name of the author's choice. */
const NAMED: ReadonlySet<string> = new Set([
  "$defs",
  "definitions",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** The schema at another place of the document: its local references get the place in front. */
function moved(schema: Json, to: string): Json {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$ref" && typeof value === "string" && value.startsWith("#")) result[keyword] = to + value.slice(1);
    else if (DATA.has(keyword)) result[keyword] = value;
    else if (NAMED.has(keyword) && isJson(value)) {
      result[keyword] = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, movedAny(inner, to)]));
    } else result[keyword] = movedAny(value, to);
  }
  return result;
}

function movedAny(value: unknown, to: string): unknown {
  if (Array.isArray(value)) return value.map((item) => movedAny(item, to));
  return isJson(value) ? moved(value, to) : value;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
