import fc from "fast-check";
import { type JsonSchema, openApi } from "../../src/http/openapi.ts";

type Values = fc.Arbitrary<unknown>;

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1, 2, 1e308, -1e308, 1e-300, 2 ** 53, 0.5),
  fc.constantFrom("", "a", "\ud800", "text", "<s>", "<tool_call>", "resp_1"),
  fc.double(),
  fc.integer(),
  fc.string({ unit: "binary" }),
);

/** Any value of JSON, odd ones first. */
export const anything: Values = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.dictionary(fc.string(), scalar, { maxKeys: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.constantFrom("hi", "a b"));
const tokenId = fc.oneof({ weight: 20, arbitrary: fc.nat(290) }, { weight: 1, arbitrary: fc.integer() });
const shortTexts = fc.array(fc.string({ minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 });
const answerLength = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 9 }) },
  fc.integer({ min: -1, max: 140 }),
);

const pattern = fc.oneof(
  fc.constantFrom("a+", "[a-c]{2,5}", "(yes|no)", "\\d{4}-\\d{2}", "(a", "a{9999}", "(?=a)b", "[^\\x00-\\x7f]"),
  fc.string({ maxLength: 6 }),
  fc
    .array(fc.constantFrom("a", "b", ".", "*", "+", "?", "(", ")", "[", "]", "|", "{2}", "\\d", "^", "$"), {
      maxLength: 6,
    })
    .map((parts) => parts.join("")),
);
const grammar = fc.oneof(
  fc.constantFrom('root ::= "a" | "b"', 'root ::= [a-z]+ "."', "root ::= root", 'root ::= x\nx ::= "y"?', "root ::="),
  fc.string({ maxLength: 20 }),
);
const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.record({ type: fc.constantFrom("string", "integer", "number", "boolean", "null") }),
    fc.record({ type: fc.constant("string"), pattern }),
    fc.record({ enum: fc.array(scalar, { maxLength: 3 }) }),
    fc.record(
      { type: fc.constant("integer"), minimum: fc.integer(), maximum: fc.integer() },
      { requiredKeys: ["type"] },
    ),
    fc.record({ type: fc.constant("array"), items: tie("schema"), maxItems: fc.nat(3) }, { requiredKeys: ["type"] }),
    fc.record(
      {
        type: fc.constant("object"),
        properties: fc.dictionary(fc.string({ maxLength: 3 }), tie("schema"), { maxKeys: 2 }),
        required: fc.array(fc.constantFrom("a", "b"), { maxLength: 1 }),
        additionalProperties: fc.boolean(),
      },
      { requiredKeys: ["type"] },
    ),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
    anything,
  ),
}));

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** As OpenAI knows them; whether what is in them is a schema is another matter. */
const formOf = (json: (fields: Values) => Values) =>
  fc.oneof(
    fc.record({ type: fc.constantFrom("text", "json_object") }),
    json(fc.record({ name: fc.string(), schema: schema.filter(isObject), strict: fc.boolean() })),
  );
const callArguments = fc.oneof(
  { weight: 9, arbitrary: fc.dictionary(fc.string(), scalar, { maxKeys: 2 }).map((each) => JSON.stringify(each)) },
  text,
);
const functionName = fc.oneof({ weight: 9, arbitrary: fc.constantFrom("f", "g") }, text);
const call = fc.record({
  id: fc.string(),
  type: fc.constant("function"),
  function: fc.record({ name: functionName, arguments: callArguments }),
});
const message = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer", "user", "assistant"), content: text }),
  fc.record({ role: fc.constant("tool"), content: text, tool_call_id: fc.string() }),
  fc.record({ role: fc.constant("assistant"), tool_calls: fc.array(call, { minLength: 1, maxLength: 2 }) }),
);
const part = fc.record({ type: fc.constantFrom("input_text", "input_text", "input_text", "input_image"), text });
const item = fc.oneof(
  fc.record({
    role: fc.constantFrom("system", "user", "assistant"),
    content: fc.oneof(text, fc.array(part, { maxLength: 2 })),
  }),
  fc.record({ type: fc.constant("function_call"), call_id: fc.string(), name: functionName, arguments: callArguments }),
  fc.record({ type: fc.constant("function_call_output"), call_id: fc.string(), output: text }),
  fc.record({ type: fc.constant("reasoning"), id: fc.string(), summary: fc.constant([]) }),
);
const few = { minLength: 1, maxLength: 3 };

/** Fields whose schema says too little to be met by chance, wherever they stand. */
const NAMED: Readonly<Record<string, Values>> = {
  model: fc.constantFrom("tiny", "tiny", "tiny", "org/tiny", "other"),
  prompt: fc.oneof(text, text, fc.array(text, { maxLength: 3 }), fc.array(tokenId, { maxLength: 280 })),
  tokens: fc.array(tokenId, { maxLength: 20 }),
  input: fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 1, arbitrary: fc.array(text, few) },
    { weight: 1, arbitrary: fc.array(tokenId, few) },
    { weight: 4, arbitrary: fc.array(item, few) },
  ),
  messages: fc.array(message, few),
  dimensions: fc.option(fc.integer()),
  n: fc.integer({ min: 1, max: 4 }),
  best_of: fc.integer({ min: 1, max: 4 }),
  max_tokens: answerLength,
  max_completion_tokens: answerLength,
  max_output_tokens: answerLength,
  min_tokens: fc.nat(5),
  temperature: fc.double({ min: 0, max: 2, noNaN: true }),
  seed: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(1e300, -(2 ** 63))),
  stop: fc.oneof(fc.string({ minLength: 1, maxLength: 2 }), shortTexts),
  stop_token_ids: fc.array(tokenId, { maxLength: 4 }),
  allowed_token_ids: fc.array(tokenId, { minLength: 1, maxLength: 4 }),
  bad_words: shortTexts,
  logit_bias: fc.dictionary(fc.nat(290).map(String), fc.double({ min: -100, max: 100, noNaN: true }), { maxKeys: 3 }),
  response_format: formOf((json_schema) => fc.record({ type: fc.constant("json_schema"), json_schema })),
  format: formOf((fields) => fields.map((each) => ({ type: "json_schema", ...(each as object) }))),
  guided_regex: pattern,
  regex: pattern,
  grammar,
  guided_grammar: grammar,
  json: schema,
  guided_json: schema,
  schema,
  parameters: schema.filter(isObject),
  arguments: callArguments,
  name: functionName,
  use_beam_search: fc.constant(true),
};

/** What a field is nothing without. */
const COMPANIONS: Readonly<Record<string, string>> = {
  tool_choice: "tools",
  parallel_tool_calls: "tools",
  top_logprobs: "logprobs",
  stream_options: "stream",
  length_penalty: "use_beam_search",
  early_stopping: "use_beam_search",
};

const number = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);

/** Values that a JSON Schema accepts, mostly. */
function fitting(schema: JsonSchema): Values {
  const choices = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (choices) return fc.oneof(...choices.map(fitting));
  if ("const" in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => fitting({ ...schema, type })));
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const min = number(schema.minimum, number(schema.exclusiveMinimum, -10));
      const max = Math.min(number(schema.maximum, Number.POSITIVE_INFINITY), min + 20);
      return schema.type === "integer" ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
    }
    case "string":
      if (typeof schema.pattern === "string") return fc.stringMatching(new RegExp(schema.pattern), { size: "xsmall" });
      return schema.maxLength === undefined && schema.minLength === undefined
        ? text
        : fc.string({ minLength: 1, maxLength: 9 });
    case "array": {
      const lengths = { minLength: number(schema.minItems, 0), maxLength: Math.min(number(schema.maxItems, 3), 3) };
      return fc.array(fitting(schema.items as JsonSchema), lengths);
    }
    case "object":
      return objects(schema, 3);
    default:
      return anything;
  }
}

/** With at most `most` of the fields that may be left out; now and then one has anything for its value. */
function objects(schema: JsonSchema, most: number): Values {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema.required ?? []) as readonly string[];
  const valuesOf = (name: string) =>
    fc.oneof({ weight: 20, arbitrary: NAMED[name] ?? fitting(properties[name]!) }, { weight: 1, arbitrary: anything });
  const values = Object.fromEntries(Object.keys(properties).map((name) => [name, valuesOf(name)]));
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const known = fc
    .shuffledSubarray(optional, { maxLength: Math.min(most, Math.ceil(optional.length / 2)) })
    .chain((names) => {
      const companions = names.map((name) => COMPANIONS[name]!).filter((name) => values[name]);
      const all = new Set([...required, ...names, ...companions]);
      return fc.record(Object.fromEntries([...all].map((name) => [name, values[name]!])));
    });
  const rest = schema.additionalProperties;
  if (typeof rest !== "object" || rest === null) return known;
  const others = fc.dictionary(fc.string({ minLength: 1 }), fitting(rest as JsonSchema), { maxKeys: 2 });
  return fc.tuple(others, known).map(([more, fields]) => ({ ...more, ...(fields as object) }));
}

const { paths } = openApi("0");

/** Paths that take a JSON body. */
export const PATHS: readonly string[] = Object.keys(paths).filter((path) => paths[path]!.post);

/** What a request is about; it has one of them. */
const CONTENTS = ["prompt", "messages", "input", "tokens"];

/** Bodies for `path`: made from the schema that reads them, or anything at all. */
export function bodiesFor(path: string): Values {
  const schema = paths[path]!.post!.requestBody!.content["application/json"]!.schema!;
  const known = schema.properties as Record<string, JsonSchema>;
  const streamed = fc
    .tuple(objects(schema, 6), fc.boolean())
    .map(([fields, stream]) => ({ ...(fields as object), stream }));
  const plain = CONTENTS.filter((name) => known[name]).map((name) => objects({ ...schema, required: [name] }, 1));
  return fc.oneof(
    { weight: 10, arbitrary: objects(schema, 6) },
    { weight: 10, arbitrary: known.stream ? streamed : fc.oneof(...plain) },
    { weight: 2, arbitrary: objects({ ...schema, required: [] }, 3) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...Object.keys(known)), anything) },
    { weight: 1, arbitrary: anything },
  );
}
