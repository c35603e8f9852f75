import { describe, expect, test } from "bun:test";
import type { GenerationEngine } from "../../src/contracts/generation.ts";
import { LoadForecast } from "../../src/http/load_forecast.ts";
import { harness } from "./harness.ts";

function engineWith(waiting: number, tokens: number): GenerationEngine {
  const queue = Array.from({ length: waiting }, (_, i) => ({ id: String(i), tokens, preemptions: 0 }));
  return { kvState: () => ({ waiting: queue }) } as unknown as GenerationEngine;
}

/** `steps` steps of `tokens` each, 100 ms apart. */
function running(steps: number, tokens: number) {
  let time = 0;
  const load = new LoadForecast(() => time);
  const run = (count: number, each: number) => {
    for (let i = 0; i < count; i++) {
      time += 100;
      load.step(each);
    }
  };
  run(steps, tokens);
  const pass = (ms: number) => {
    time += ms;
  };
  return { load, run, pass };
}

describe("retryAfter", () => {
  test("is what waits divided by the measured rate, in whole seconds", () => {
    const { load } = running(100, 50);
    load.ended(30);
    // 100 sequences of 20 + 30 tokens, at 500 tokens a second.
    expect(load.retryAfter(engineWith(100, 20))).toBe(10);
  });

  test("stays within 1 and 60, and is 1 where nothing was measured", () => {
    expect(running(100, 50).load.retryAfter(engineWith(1, 3))).toBe(1);
    expect(running(100, 1).load.retryAfter(engineWith(1000, 1000))).toBe(60);
    expect(running(0, 0).load.retryAfter(engineWith(1000, 1000))).toBe(1);
  });

  test("follows a rate that changes, and an idle hour does not count", () => {
    const { load, run, pass } = running(100, 500);
    run(600, 50);
    pass(3_600_000);
    run(600, 50);
    expect(load.retryAfter(engineWith(100, 47))).toBe(10);
  });
});

test("a full queue answers with it", async () => {
  const { post } = harness({ maxLive: 0 });
  const response = await post("/v1/completions", { prompt: "a" });
  expect({ status: response.status, wait: response.headers.get("retry-after") }).toEqual({ status: 429, wait: "1" });
});
