import { badRequest } from "./errors.ts";

type Body = Readonly<Record<string, unknown>>;

/** Says something about the request's sender or storage, nothing about the answer. */
const IGNORED: ReadonlySet<string> = new Set([
  "user",
  "metadata",
  "store",
  "service_tier",
  "parallel_tool_calls",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
]);

type Neutral = (value: unknown, body: Body) => boolean;

const is =
  (...neutral: unknown[]): Neutral =>
  (value) =>
    neutral.includes(value);
const empty: Neutral = (value) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
const never: Neutral = () => false;

/** Known to OpenAI's or vLLM's clients but not supported yet; accepted only with a value that asks for nothing. */
const UNSUPPORTED: Readonly<Record<string, Neutral>> = {
  audio: never,
  background: is(false),
  chat_template: never,
  context_management: empty,
  continue_final_message: is(false),
  conversation: never,
  documents: empty,
  echo: is(false),
  function_call: is("none", "auto"),
  functions: empty,
  kv_transfer_params: never,
  max_tool_calls: never,
  mm_processor_kwargs: empty,
  moderation: never,
  modalities: (value) => Array.isArray(value) && value.every((modality) => modality === "text"),
  prediction: never,
  prompt_embeds: never,
  reasoning_effort: is("none"),
  request_id: never,
  spaces_between_special_tokens: is(true),
  suffix: is(""),
  thinking_token_budget: never,
  tool_choice: is("none", "auto"),
  tools: empty,
  top_logprobs: is(0),
  verbosity: is("medium"),
  web_search_options: never,
};

export const UNSUPPORTED_FIELDS: readonly string[] = Object.keys(UNSUPPORTED);

/**
 * The body's fields that are in `supported`. Null counts as left out. Throws a 400 for a field that is not supported
 * yet, and for one nobody knows, with the nearest known name.
 */
export function screenFields(body: Body, supported: readonly string[]): Body {
  const known = new Set(supported);
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (known.has(name)) {
      if (value !== null) fields[name] = value;
      continue;
    }
    if (IGNORED.has(name)) continue;
    const neutral = Object.hasOwn(UNSUPPORTED, name) ? UNSUPPORTED[name] : undefined;
    if (neutral === undefined) throw unknownField(name, supported);
    if (value === null || neutral(value, body)) continue;
    throw badRequest(name, `${name} is not supported yet: received ${shown(value)}`, "unsupported_parameter");
  }
  return fields;
}

function unknownField(name: string, supported: readonly string[]) {
  const short = name.slice(0, 64);
  let nearest = supported[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of [...supported, ...Object.keys(UNSUPPORTED)]) {
    const distance = editDistance(short, candidate);
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return badRequest(short, `Unknown field ${short}; the nearest known one is ${nearest}`, "unknown_parameter");
}

/** Objects are not written out: they may be nested deeper than the stack. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1]));
    }
    row = next;
  }
  return row[b.length]!;
}
