import { expect, test } from "bun:test";
import fc from "fast-check";
import { fallbackTokenizer, harness } from "./harness.ts";

const { post, engine } = harness({ tokenizer: fallbackTokenizer, eosTokenIds: [2], maxModelLen: 128 });

const PATHS = [
  "/v1/completions",
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/embeddings",
  "/tokenize",
  "/detokenize",
] as const;

const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1,
    2,
    1e308,
    -1e308,
    1e-300,
    2 ** 53,
    0.5,
    "",
    "a",
    "\ud800",
    "text",
    "<s>",
  ),
  fc.double(),
  fc.integer(),
  fc.string({ unit: "binary" }),
);
const anything = fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }));
const message = fc.record({
  role: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom("system", "developer", "user", "assistant", "tool") },
    anything,
  ),
  content: fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.array(fc.record({ type: fc.constantFrom("text", "image_url"), text: anything }), { maxLength: 3 }),
    anything,
  ),
});
const likely = {
  prompt: fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
    fc.array(fc.nat(300), { maxLength: 140 }),
    fc.array(fc.array(fc.nat(300), { maxLength: 4 }), { maxLength: 3 }),
  ),
  messages: fc.array(message, { maxLength: 3 }),
  tokens: fc.array(fc.nat(400), { maxLength: 20 }),
  n: fc.integer({ min: -1, max: 4 }),
  max_tokens: fc.integer({ min: -1, max: 140 }),
  temperature: fc.double({ min: -1, max: 3, noNaN: true }),
  top_p: fc.double({ min: -0.1, max: 1.1, noNaN: true }),
  top_k: fc.integer({ min: -3, max: 600 }),
  seed: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(1e300, -(2 ** 63))),
  stop: fc.oneof(fc.string({ maxLength: 2 }), fc.array(fc.string({ maxLength: 2 }), { maxLength: 18 })),
  stop_token_ids: fc.array(fc.integer({ min: -1, max: 400 }), { maxLength: 4 }),
  stream: fc.boolean(),
  stream_options: fc.record({ include_usage: fc.boolean() }),
  return_token_ids: fc.boolean(),
  truncate_prompt_tokens: fc.integer({ min: -2, max: 10 }),
  add_generation_prompt: fc.boolean(),
  chat_template_kwargs: fc.dictionary(fc.string(), anything, { maxKeys: 2 }),
  add_special_tokens: fc.boolean(),
  logit_bias: fc.oneof(
    anything,
    fc.dictionary(fc.nat(400).map(String), fc.double({ min: -101, max: 101 }), { maxKeys: 3 }),
  ),
  min_p: fc.double({ min: -0.1, max: 1.1, noNaN: true }),
  repetition_penalty: fc.double({ min: -0.1, max: 3, noNaN: true }),
  presence_penalty: fc.double({ min: -3, max: 3, noNaN: true }),
  allowed_token_ids: fc.array(fc.integer({ min: -1, max: 330 }), { maxLength: 4 }),
  bad_words: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
  min_tokens: fc.integer({ min: -1, max: 9 }),
  include_stop_str_in_output: fc.boolean(),
  echo: fc.boolean(),
  logprobs: fc.oneof(fc.boolean(), fc.integer({ min: -1, max: 21 })),
  top_logprobs: fc.integer({ min: -1, max: 21 }),
  prompt_logprobs: fc.integer({ min: -1, max: 21 }),
  response_format: anything,
};
const item = fc.record(
  {
    type: fc.constantFrom("message", "function_call", "function_call_output", "reasoning", "other"),
    role: message.map(({ role }) => role),
    content: fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(fc.record({ type: fc.constantFrom("input_text", "input_image"), text: anything }), { maxLength: 2 }),
    ),
    call_id: fc.string(),
    name: anything,
    arguments: fc.oneof(fc.json({ maxDepth: 1 }), anything),
    output: fc.oneof(fc.string(), anything),
  },
  { requiredKeys: ["type"] },
);
const input = fc.oneof(likely.prompt, fc.array(item, { maxLength: 3 }), fc.string({ unit: "grapheme", minLength: 1 }));
const bodies = fc.oneof(
  fc.record(
    {
      input,
      max_output_tokens: fc.nat(8),
      stream: fc.boolean(),
      store: fc.boolean(),
      instructions: fc.string(),
      metadata: fc.oneof(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }), anything),
      text: anything,
      temperature: likely.temperature,
    },
    { requiredKeys: ["input"] },
  ),
  fc.record(
    {
      input,
      encoding_format: fc.constantFrom("float", "base64", "x"),
      pooling: fc.constantFrom("mean", "last", 1),
      dimensions: fc.constantFrom(null, 3),
      truncate_prompt_tokens: likely.truncate_prompt_tokens,
    },
    { requiredKeys: ["input"] },
  ),
  fc.record(likely, { requiredKeys: [] }),
  fc.record(Object.fromEntries(Object.keys(likely).map((name) => [name, anything])), { requiredKeys: [] }),
  fc.record({
    prompt: likely.prompt,
    max_tokens: fc.integer({ min: 1, max: 8 }),
    stream: fc.boolean(),
    n: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    prompt: likely.prompt,
    max_tokens: fc.nat(8),
    echo: fc.boolean(),
    logprobs: fc.nat(20),
    stop: fc.string({ maxLength: 2, minLength: 1 }),
    include_stop_str_in_output: fc.boolean(),
    stream: fc.boolean(),
  }),
  fc.dictionary(fc.string(), anything),
  fc.jsonValue(),
);

test("random bodies: never a 5xx, every refusal in the envelope, nothing left live", async () => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), bodies, async (path, body) => {
      const response = await post(path, JSON.stringify(body));
      const text = await response.text();
      statuses.add(response.status);
      expect([200, 400, 404]).toContain(response.status);
      if (response.status !== 200) {
        const { error } = JSON.parse(text);
        expect(error.message.length).toBeGreaterThan(0);
        expect(error.param).not.toBe("bug");
      } else {
        expect(text).not.toContain('"error":{');
      }
      expect(engine.live.size).toBe(0);
    }),
    { numRuns: 600 },
  );
  expect(statuses).toContain(200);
});

test("random text: never a 5xx", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), fc.string({ unit: "binary" }), async (path, body) => {
      expect((await post(path, body || "{")).status).toBeOneOf([200, 400]);
    }),
    { numRuns: 100 },
  );
  expect((await post("/v1/completions", "[".repeat(200_000))).status).toBe(400);
  expect((await post("/v1/completions", `{"logit_bias":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)).status).toBe(400);
});
