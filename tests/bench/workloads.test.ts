import { describe, expect, test } from "bun:test";
import { mean } from "../../bench/lib/statistics.ts";
import { chatWorkload, HISTORY_LIMIT } from "../../bench/sim/workloads/chat.ts";
import { ALPACA, normalQuantile, SHAREGPT } from "../../bench/sim/workloads/lengths.ts";
import { poissonWorkload } from "../../bench/sim/workloads/poisson.ts";
import { sharedPrefixWorkload } from "../../bench/sim/workloads/shared_prefix.ts";
import { azureWorkload, readAzure, readMooncake } from "../../bench/sim/workloads/traces.ts";
import { Random } from "../../src/base/random.ts";

const azure = readAzure();
const mooncake = readMooncake();
if (!azure || !mooncake) console.log("skip: the traces are not in ../shared/data/traces");

/** How far a mean of 20,000 draws may be from the paper's: three standard errors of the widest distribution. */
const TOLERANCE = 0.04;

describe("lengths", () => {
  test("inverts the normal distribution", () => {
    expect(normalQuantile(0.5)).toBeCloseTo(0, 8);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232, 6);
  });

  test.each([
    { name: "ShareGPT", lengths: SHAREGPT, prompt: 161.31, output: 337.99 },
    { name: "Alpaca", lengths: ALPACA, prompt: 19.31, output: 58.45 },
  ])("of $name have the paper's means and fit OPT's window", ({ lengths, prompt, output }) => {
    const requests = poissonWorkload(lengths, 20, 1000, new Random(5));
    expect(Math.abs(mean(requests.map((request) => request.promptLength)) / prompt - 1)).toBeLessThan(TOLERANCE);
    expect(Math.abs(mean(requests.map((request) => request.outputLength)) / output - 1)).toBeLessThan(TOLERANCE);
    const longest = Math.max(...requests.map((request) => request.promptLength + request.outputLength));
    expect(longest).toBeLessThanOrEqual(2048);
  });
});

describe("arrivals", () => {
  test("are Poisson: the gaps' mean and standard deviation are 1 / rate", () => {
    const arrivals = poissonWorkload(ALPACA, 20, 1000, new Random(7)).map(({ arrival }) => arrival);
    const gaps = arrivals.map((at, i) => at - (arrivals[i - 1] ?? 0));
    const average = mean(gaps);
    const deviation = Math.sqrt(mean(gaps.map((gap) => (gap - average) ** 2)));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(average * 20 - 1)).toBeLessThan(0.03);
    expect(Math.abs(deviation * 20 - 1)).toBeLessThan(0.03);
  });

  test("are the same for the same seed", () => {
    const draw = (seed: number) =>
      poissonWorkload(SHAREGPT, 2, 50, new Random(seed)).map(({ arrival, outputLength }) => [arrival, outputLength]);
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });
});

test("prompts share their prefix and nothing after it", () => {
  const [a, b] = sharedPrefixWorkload(80, 5, 10, new Random(1)).map((request) => request.prompt());
  expect(a!.subarray(0, 80)).toEqual(b!.subarray(0, 80));
  expect(a![80]).not.toBe(b![80]);
});

test("a chat's prompt continues the round before it, its answer included", () => {
  const requests = chatWorkload(1, 2000, new Random(2));
  expect(Math.abs(requests.length / 2000 - 1)).toBeLessThan(0.15);
  expect(requests.every(({ promptLength }) => promptLength <= HISTORY_LIMIT)).toBe(true);
  let continued = 0;
  const openings = new Map<number, (typeof requests)[number]>();
  for (const request of requests) {
    const prompt = request.prompt();
    expect(prompt).toHaveLength(request.promptLength);
    const before = openings.get(prompt[0]!);
    if (before) {
      const answer = Array.from({ length: before.outputLength }, (_, i) => before.output(i));
      const end = Math.min(before.promptLength + answer.length, prompt.length);
      expect([...before.prompt(), ...answer].slice(0, end)).toEqual([...prompt.subarray(0, end)]);
      continued++;
    }
    openings.set(prompt[0]!, request);
  }
  expect(continued).toBeGreaterThan(100);
});

test.skipIf(!azure)("the Azure trace has its published means and keeps its rhythm when stretched", () => {
  expect(azure).toHaveLength(19_366);
  expect(mean(azure!.map(({ promptLength }) => promptLength))).toBeCloseTo(1154.7, 1);
  expect(mean(azure!.map(({ outputLength }) => outputLength))).toBeCloseTo(211.1, 1);
  const requests = azureWorkload(azure!, 2048, 2, Number.POSITIVE_INFINITY);
  expect(requests.length / requests.at(-1)!.arrival).toBeCloseTo(2, 6);
  expect(Math.max(...requests.map((request) => request.promptLength + request.outputLength))).toBeLessThanOrEqual(2048);
});

test.skipIf(!mooncake)("the Mooncake trace has its published size", () => {
  expect(mooncake).toHaveLength(12_031);
  expect(mooncake!.reduce((sum, blocks) => sum + blocks.length, 0)).toBe(288_500);
});
