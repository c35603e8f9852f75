import Ajv2020 from "ajv/dist/2020.js";
import document from "./schemas.json";

type Schema = { [key: string]: unknown };

const integers = { type: "array", items: { type: "integer" } };
const promptLogprobs = { type: "array", items: { type: ["object", "null"] } };
const optional = (schema: unknown) => ({ anyOf: [schema, { type: "null" }] });

/** Fields that we send and the document does not know, by where they stand. */
const EXTENSIONS: Readonly<Record<string, Schema>> = {
  CreateChatCompletionResponse: { prompt_token_ids: integers, prompt_logprobs: promptLogprobs },
  "CreateChatCompletionResponse.choices": { stop_reason: { type: ["string", "integer", "null"] }, token_ids: integers },
  ChatCompletionResponseMessage: { reasoning_content: { type: "string" } },
  CreateChatCompletionStreamResponse: { prompt_token_ids: integers },
  "CreateChatCompletionStreamResponse.choices": {
    stop_reason: { type: ["string", "integer", "null"] },
    token_ids: integers,
  },
  ChatCompletionStreamResponseDelta: { reasoning_content: { type: "string" } },
  "CreateCompletionResponse.choices": {
    stop_reason: { type: ["string", "integer", "null"] },
    token_ids: integers,
    prompt_token_ids: integers,
    prompt_logprobs: promptLogprobs,
  },
  Model: { root: { type: "string" }, parent: { type: "null" }, max_model_len: { type: "integer" } },
  // In the document's examples, and in what the service answers.
  Response: { store: { type: "boolean" } },
  ResponseLogProb: { bytes: integers },
  "ResponseLogProb.top_logprobs": { bytes: integers },
};

/** Where the document does not allow what OpenAI's service sends, and we do as the service does. */
const DEPARTURES: Readonly<Record<string, (schema: Schema) => unknown>> = {
  // One schema stands for whole answers and chunks, and only chunks before the last have no reason.
  "CreateCompletionResponse.choices.finish_reason": optional,
  "CreateCompletionResponse.usage": optional,
  // Nothing predicts the first token of an echoed prompt.
  "CreateCompletionResponse.choices.logprobs.token_logprobs.items": optional,
  "CreateCompletionResponse.choices.logprobs.top_logprobs.items": optional,
  // With encoding_format: "base64".
  "Embedding.embedding": (schema) => ({ anyOf: [schema, { type: "string", pattern: "^[A-Za-z0-9+/]+={0,2}$" }] }),
  // Null in the document's own examples of a response in progress.
  "Response.usage": optional,
};

const unused = new Set([...Object.keys(EXTENSIONS), ...Object.keys(DEPARTURES)]);

/** No object has fields but the document's and our extensions. `place`: where it stands, by names of fields. */
function closed(schema: Schema, place: string): unknown {
  const { properties, items, anyOf } = schema as { properties?: Schema; items?: Schema; anyOf?: readonly Schema[] };
  const result = { ...schema };
  if (properties) {
    const fields = Object.entries(properties as Record<string, Schema>);
    result.properties = {
      ...Object.fromEntries(fields.map(([name, field]) => [name, closed(field, `${place}.${name}`)])),
      ...EXTENSIONS[place],
    };
    result.additionalProperties = false;
    unused.delete(place);
  }
  if (items) {
    // A list of objects and its objects are the same place.
    const inner = `${place}.items`;
    result.items = inner in DEPARTURES ? departed(items, inner) : closed(items, place);
  }
  if (anyOf) result.anyOf = anyOf.map((choice) => closed(choice, place));
  return departed(result, place);
}

function departed(schema: Schema, place: string): unknown {
  unused.delete(place);
  return DEPARTURES[place]?.(schema) ?? schema;
}

const $defs = Object.fromEntries(
  Object.entries(document.$defs).map(([name, schema]) => [name, closed(schema as Schema, name)]),
);
if (unused.size > 0) throw new Error(`Cannot read schemas.json: no such place: ${[...unused]}`);

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
ajv.addSchema({ $id: "openai", $defs });

export type Name = keyof typeof document.$defs;

/** Throws where `value` is not what the document calls `name`. */
export function check(name: Name, value: unknown): void {
  const validate = ajv.getSchema(`openai#/$defs/${name}`)!;
  if (validate(value)) return;
  const complaints = validate.errors!.map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(" "),
  );
  throw new Error(`Not a ${name}: ${complaints.join("; ")}: received ${JSON.stringify(value)}`);
}

const EVENTS = new Map(
  Object.entries(document.$defs)
    .filter(([name]) => name.endsWith("Event"))
    .map(([name, schema]) => [
      (schema as { properties: { type: { enum: string[] } } }).properties.type.enum[0]!,
      name as Name,
    ]),
);

/** The types of a response's events that there are. */
export const EVENT_TYPES: readonly string[] = [...EVENTS.keys()];

/** Throws where `event` is none of a response's stream. */
export function checkEvent(event: { readonly type: string }): void {
  const name = EVENTS.get(event.type);
  if (name === undefined) throw new Error(`No event of a response: ${event.type}`);
  check(name, event);
}

interface Answer {
  readonly whole: Name;
  readonly chunk?: Name;
}

const FAILURE: Answer = { whole: "ErrorResponse" };
const ANSWERS: Readonly<Record<string, Answer>> = {
  "/v1/chat/completions": { whole: "CreateChatCompletionResponse", chunk: "CreateChatCompletionStreamResponse" },
  "/v1/completions": { whole: "CreateCompletionResponse", chunk: "CreateCompletionResponse" },
  "/v1/embeddings": { whole: "CreateEmbeddingResponse" },
  "/v1/responses": { whole: "Response" },
};

/** Throws where what a POST to `path` was answered is not as the document says. What OpenAI does not have passes. */
export function checkAnswer(path: string, { ok, headers }: Response, text: string): void {
  const answer = ok ? ANSWERS[path] : FAILURE;
  if (!answer) return;
  if (!headers.get("content-type")?.startsWith("text/event-stream")) {
    check(answer.whole, JSON.parse(text));
    return;
  }
  for (const line of text.split("\n")) {
    if (!line.startsWith("data: {")) continue;
    const data = JSON.parse(line.slice("data: ".length));
    if (answer.chunk === undefined) checkEvent(data);
    else check("error" in data ? "ErrorResponse" : answer.chunk, data);
  }
}
