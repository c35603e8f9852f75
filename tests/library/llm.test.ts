import { expect, test } from "bun:test";
import { GrammarError, type GrammarSource, type Grammars } from "../../src/contracts/grammar.ts";
import type { GenerationFields } from "../../src/http/schema.ts";
import { LLM, LLMError, type SamplingParams } from "../../src/llm.ts";
import { type HarnessOptions, harness, levelTokenizer, saying } from "../http/harness.ts";
import { scripted, weather } from "../http/tools_harness.ts";

function open(options: HarnessOptions = {}) {
  return over(harness({ next: saying("abc"), ...options }));
}

function over({ deps, engine }: ReturnType<typeof harness>) {
  let released = 0;
  const llm = new LLM(deps.serving()!, deps.nextSeed, async () => {
    released++;
    engine.failure = "closed";
  });
  return { llm, engine, released: () => released };
}

async function errorOf(promise: Promise<unknown>): Promise<LLMError> {
  const error = await promise.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(LLMError);
  return error as LLMError;
}

test("generate gives one output a prompt, in order, with tokens and usage", async () => {
  const { llm } = open();
  const outputs = await llm.generate(["x", "longer"], { maxTokens: 4 });
  expect(outputs.map(({ promptTokenIds }) => promptTokenIds.length)).toEqual([1, 6]);
  expect(outputs[0]).toMatchObject({
    text: "abca",
    tokenIds: levelTokenizer.encode("abca"),
    finishReason: "length",
    stopReason: null,
    usage: { promptTokens: 1, completionTokens: 4, totalTokens: 5, cachedTokens: 1 },
  });
  expect(outputs[0]!.answers).toHaveLength(1);
  expect(await llm.generate([])).toEqual([]);
});

test("a prompt may be token ids, alone or among others", async () => {
  const { llm, engine } = open();
  await llm.generate([1, 2, 3], { maxTokens: 1 });
  await llm.generate([[4, 5], "x"], { maxTokens: 1 });
  expect(engine.seen.map(({ promptIds }) => Array.from(promptIds))).toEqual([[1, 2, 3], [4, 5], [120]]);
});

test("more prompts than one HTTP request may have", async () => {
  const { llm } = open();
  expect(await llm.generate(Array.from({ length: 1500 }, String), { maxTokens: 1 })).toHaveLength(1500);
});

test("parameters reach the engine as those of HTTP do", async () => {
  const { llm, engine } = open();
  const [output] = await llm.generate("x", {
    maxTokens: 9,
    temperature: 0.5,
    topP: 0.9,
    logitBias: { 7: -3 },
    seed: 5,
    n: 2,
    stop: ["ca"],
    logprobs: 1,
    priority: -1,
  });
  expect(engine.seen).toHaveLength(2);
  expect(engine.seen[1]).toMatchObject({
    topLogprobs: 1,
    priority: -1,
    params: { maxTokens: 9, temperature: 0.5, topP: 0.9, logitBias: new Map([[7, -3]]), seed: 6n },
  });
  expect(output!.answers.map(({ text, stopReason }) => [text, stopReason])).toEqual([
    ["ab", "ca"],
    ["ab", "ca"],
  ]);
  expect(output!.logprobs![0]).toMatchObject({ tokenId: 97, token: "a", logprob: 0 });
});

test("chat goes through the template, stream gives either in pieces", async () => {
  const { llm, engine } = open();
  const messages = [{ role: "user", content: "hi" }] as const;
  const whole = await llm.chat(messages, { maxTokens: 5, logprobs: 0 });
  expect(levelTokenizer.decode(Array.from(engine.seen[0]!.promptIds))).toBe("<user>hi<assistant>");
  let text = "";
  for await (const piece of llm.stream(messages, { maxTokens: 5 })) {
    text += piece.text;
    expect(piece.finishReason).toBe(text.length === 5 ? "length" : null);
  }
  expect(text).toBe(whole.text);
  expect(whole.logprobs).toHaveLength(5);
  for await (const piece of llm.stream("x", { maxTokens: 1 })) expect(piece.tokenIds).toEqual([97]);
});

test("tools are called in chats", async () => {
  const says = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
  const { llm } = over(scripted({ says }));
  const { toolCalls, finishReason } = await llm.chat([{ role: "user", content: "hi" }], { tools: [weather] });
  expect(finishReason).toBe("tool_calls");
  expect(toolCalls).toMatchObject([{ function: { name: "get_weather", arguments: '{"city": "Paris"}' } }]);
});

test("what cannot be is an LLMError that names the parameter as it was written", async () => {
  const { llm } = open();
  const refused = async (params: object) => {
    const { code, param, message } = await errorOf(llm.generate("x", params as SamplingParams));
    return { code, param, message };
  };
  expect(await refused({ topP: 2 })).toMatchObject({ code: "invalid_request", param: "topP" });
  expect(await refused({ maxTokens: 1000 })).toMatchObject({ code: "context_length_exceeded", param: "maxTokens" });
  expect(await refused({ maxTokns: 1 })).toEqual({
    code: "unknown_parameter",
    param: "maxTokns",
    message: "Unknown field maxTokns; the nearest known one is maxTokens",
  });
  expect((await refused({ max_tokens: 1 })).message).toContain("maxTokens");
  expect(await refused({ stream: true })).toMatchObject({ code: "unknown_parameter", param: "stream" });
  expect(await refused({ suffix: "s" })).toMatchObject({ code: "unsupported_parameter", param: "suffix" });
  expect(await errorOf(llm.chat([]))).toMatchObject({ param: "messages" });
  expect(await errorOf(open({ chat: false }).llm.chat([{ role: "user" }]))).toMatchObject({
    param: "messages[0].content",
  });
});

test("the form of an answer is asked for in camelCase, and a schema's own names stay as they are", async () => {
  const asked: GrammarSource[] = [];
  const compile = async (source: GrammarSource) => {
    asked.push(source);
    throw new GrammarError("properties.top_k", "is odd");
  };
  const { llm } = open({ serving: { grammars: { compile, close() {} } as Grammars } });
  const json = { type: "object", properties: { top_k: { type: "odd" } } };
  expect(await errorOf(llm.generate("x", { structuredOutputs: { json } }))).toMatchObject({
    code: "invalid_request",
    param: "structuredOutputs.json.properties.top_k",
    message: "structuredOutputs.json.properties.top_k: is odd",
  });
  const responseFormat = { type: "json_schema", json_schema: { name: "n", schema: json } } as const;
  await errorOf(llm.chat([{ role: "user", content: "x" }], { responseFormat }));
  expect(asked).toHaveLength(2);
  expect(asked[1]).toEqual(asked[0]!);
  expect(await errorOf(llm.generate("x", { structuredOutputs: { jsonObject: 1 } as object }))).toMatchObject({
    param: "structuredOutputs.jsonObject",
  });
});

test("nothing starts where one of the prompts cannot", async () => {
  const { llm, engine } = open();
  expect(await errorOf(llm.generate(["x", "y".repeat(400)]))).toMatchObject({ code: "context_length_exceeded" });
  expect(engine.seen).toEqual([]);
});

test("an aborted call throws the caller's reason and holds nothing", async () => {
  const { llm, engine } = open({ delay: 5 });
  const abort = new AbortController();
  const running = llm.generate(["x", "y"], { maxTokens: 200 }, abort);
  setTimeout(() => abort.abort(new Error("enough")), 20);
  await expect(running).rejects.toThrow("enough");
  await engine.idle();
  await expect(llm.generate("x", {}, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
});

test("leaving a stream ends its generation", async () => {
  const { llm, engine } = open({ delay: 1 });
  for await (const _ of llm.stream("x", { maxTokens: 200, n: 2 })) break;
  await engine.idle();
  expect(engine.cancelled).toBe(2);
});

test("after close nothing starts, and closing again is nothing", async () => {
  const { llm, released } = open();
  await llm.close();
  await llm[Symbol.asyncDispose]();
  expect(released()).toBe(1);
  expect(await errorOf(llm.generate("x"))).toMatchObject({ code: "closed" });
});

test("options are serve's: what is wrong with one names it", async () => {
  expect(await errorOf(LLM.load("model", { maxNumSeqs: 0 }))).toMatchObject({
    code: "invalid_option",
    param: "maxNumSeqs",
    message: 'maxNumSeqs must be a whole number from 1 to 4096: received "0"',
  });
  expect(await errorOf(LLM.load("model", { port: 1 } as object))).toMatchObject({ param: "port" });
  expect(await errorOf(LLM.load("/no/such/model", { device: "reference", blockSize: 8 }))).toMatchObject({
    code: "cannot_load",
  });
});

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;
/** Of streams and of HTTP alone, and what vLLM once called structured_outputs. */
type OfHttp = `guided${string}` | "model" | "stream" | "streamOptions" | "returnTokenIds" | "returnTokensAsTokenIds";
/** vLLM's former names of what structuredOutputs says. */
type Former = "guidedJson" | "guidedRegex" | "guidedChoice" | "guidedGrammar";
type Missing = Exclude<CamelCase<keyof GenerationFields>, keyof SamplingParams | OfHttp | Former>;

test("every field of HTTP that shapes an answer is a parameter", () => {
  // A field that is missing here fails the type check, which names it.
  const missing: [Missing] extends [never] ? true : Missing = true;
  expect(missing).toBe(true);
});
