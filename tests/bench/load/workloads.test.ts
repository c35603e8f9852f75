import { describe, expect, test } from "bun:test";
import { mean } from "../../../bench/lib/statistics.ts";
import { wordsFor } from "../../../bench/load/prompt.ts";
import type { WorkloadOptions } from "../../../bench/load/workload.ts";
import { azureWorkload } from "../../../bench/load/workloads/azure.ts";
import { mooncakeWorkload } from "../../../bench/load/workloads/mooncake.ts";
import { randomWorkload } from "../../../bench/load/workloads/random.ts";
import { sharegptWorkload } from "../../../bench/load/workloads/sharegpt.ts";
import { textWorkload } from "../../../bench/load/workloads/text.ts";
import { makeWorkload, WORKLOAD_NAMES } from "../../../bench/load/workloads.ts";
import { byteLevelTokenizer } from "../../text/fixtures.ts";

const options: WorkloadOptions = {
  count: 50,
  inputLen: 40,
  outputLen: 20,
  prefixLen: 0,
  rangeRatio: 0,
  lengthScale: 1,
  vocabSize: 300,
  maxLength: Infinity,
  seed: 1,
  variant: 0,
  tokenizer: null,
  sendIds: true,
};
const mooncake = mooncakeWorkload(options);
const azure = azureWorkload(options);
const text = textWorkload(options);
if (!mooncake || !azure || !text) console.log("skip: traces and texts are not in ../shared/data");

describe("random", () => {
  test("has the lengths asked for and a prefix that all share", () => {
    const { requests } = randomWorkload({ ...options, prefixLen: 16 });
    const prompts = requests.map((request) => request.prompt() as number[]);
    expect(new Set(prompts.map((prompt) => String(prompt.slice(0, 16)))).size).toBe(1);
    expect(new Set(prompts.map((prompt) => String(prompt.slice(16)))).size).toBe(50);
    for (const [i, prompt] of prompts.entries()) {
      expect(prompt.length).toBe(56);
      expect(requests[i]).toMatchObject({ promptLength: 56, outputLength: 20 });
      expect(prompt.every((id) => Number.isInteger(id) && id >= 0 && id < 300)).toBe(true);
    }
  });

  test("draws lengths within the range, about the mean", () => {
    const { requests } = randomWorkload({ ...options, count: 5000, rangeRatio: 0.5 });
    const lengths = requests.map(({ promptLength }) => promptLength);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([20, 60]);
    expect(mean(lengths) / 40).toBeCloseTo(1, 1);
  });
});

test("the same seed makes the same load, and a variant other prompts of the same lengths", () => {
  for (const name of WORKLOAD_NAMES) {
    const shown = (changed: Partial<WorkloadOptions>) =>
      makeWorkload(name, { ...options, rangeRatio: 0.5, ...changed })?.requests.map((request) => ({
        lengths: [request.promptLength, request.outputLength],
        prompt: request.prompt(),
      }));
    const load = shown({});
    if (!load) continue;
    expect(shown({})).toEqual(load);
    const variant = shown({ variant: 1 })!;
    expect(variant.map(({ lengths }) => lengths)).toEqual(load.map(({ lengths }) => lengths));
    for (const [i, { prompt }] of variant.entries()) expect(prompt).not.toEqual(load[i]!.prompt);
  }
});

test("ShareGPT's lengths are scaled and fit the context", () => {
  const { requests } = sharegptWorkload({ ...options, count: 4000, lengthScale: 0.25, maxLength: 512 });
  expect(mean(requests.map(({ outputLength }) => outputLength)) / (337.99 / 4)).toBeCloseTo(1, 1);
  for (const { promptLength, outputLength } of requests) expect(promptLength + outputLength).toBeLessThanOrEqual(512);
});

test("what does not fit the context is refused by name", () => {
  expect(() => makeWorkload("random", { ...options, maxLength: 59 })).toThrow("59 tokens of context are too few");
  expect(() => makeWorkload("nothing", options)).toThrow('received "nothing"');
});

test.skipIf(!mooncake)("Mooncake's prompts share the blocks that they shared in production", () => {
  const { requests, arrivals } = mooncakeWorkload({ ...options, lengthScale: 1 / 32 })!;
  const [a, b] = requests.map((request) => request.prompt() as number[]);
  // 512-token blocks of 16 here; the first two requests have the first block in common and nothing else.
  expect(a!.length).toBe(Math.round(6758 / 32));
  expect(a!.slice(0, 16)).toEqual(b!.slice(0, 16));
  expect(a!.slice(16, 32)).not.toEqual(b!.slice(16, 32));
  expect(arrivals!.every((at, i) => at >= (arrivals![i - 1] ?? 0))).toBe(true);
});

test.skipIf(!azure)("Azure's requests keep their lengths, and those that do not fit are left out", () => {
  const { requests, arrivals } = azureWorkload({ ...options, maxLength: 700 })!;
  expect(requests.length).toBe(50);
  expect(arrivals!.length).toBe(50);
  for (const { promptLength, outputLength, prompt } of requests) {
    expect(promptLength + outputLength).toBeLessThanOrEqual(700);
    expect(prompt().length).toBe(promptLength);
  }
});

test.skipIf(!text)("text is real, in tokens where there is a tokenizer", () => {
  const tokenizer = byteLevelTokenizer();
  const ids = textWorkload({ ...options, tokenizer })!.requests[0]!.prompt();
  const letters = textWorkload(options)!.requests[0]!.prompt();
  const decoded = textWorkload({ ...options, tokenizer, sendIds: false })!.requests[0]!.prompt();
  expect(decoded).toBe(tokenizer.decode(ids as number[]));
  expect(ids.length).toBe(40);
  expect(letters.length).toBe(160);
  expect((letters as string).startsWith(tokenizer.decode(ids as number[]))).toBe(true);
});

test("as text, a prompt has a word for each token and keeps what it shares", () => {
  const words = wordsFor([1, 2, 3, 1]).split(" ");
  expect(words.length).toBe(4);
  expect(words[0]).toBe(words[3]);
  expect(wordsFor([1, 2, 9])).toStartWith(words.slice(0, 2).join(" "));
  expect(wordsFor("as it is")).toBe("as it is");
});
