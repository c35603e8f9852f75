import { describe, expect, test } from "bun:test";
import type { Logger } from "@logtape/logtape";
import { events, type HarnessOptions, harness, saying } from "./harness.ts";

interface Line {
  readonly level: string;
  readonly text: string;
  readonly fields: Record<string, unknown>;
}

/** A harness that keeps what is logged. */
function logged(options: HarnessOptions = {}) {
  const lines: Line[] = [];
  const level = (name: string) => (template: string, fields: Record<string, unknown>) => {
    const text = template.replaceAll(/\{(\w+)\}/g, (_, field) => String(fields[field]));
    lines.push({ level: name, text, fields });
  };
  const logger = { info: level("info"), debug: level("debug"), error: level("error") } as unknown as Logger;
  return { lines, ...harness({ ...options, deps: { logger, ...options.deps } }) };
}

const NUMBER = expect.any(Number);

describe("the log of requests", () => {
  test("one line at the end, with tokens and times, whole or streamed", async () => {
    for (const stream of [false, true]) {
      const { lines, post } = logged({ next: saying("ab!"), eosTokenIds: [33], delay: 1 });
      const response = await post("/v1/completions", { prompt: "xyz", n: 2, stream }, { "x-request-id": "mine" });
      await response.text();
      expect(lines).toHaveLength(1);
      expect(lines[0]!.level).toBe("info");
      expect(lines[0]!.fields).toEqual({
        id: "mine",
        job: expect.stringMatching(/^cmpl-/),
        method: "POST",
        path: "/v1/completions",
        status: 200,
        ms: NUMBER,
        prompt_tokens: 3,
        cached_tokens: 1,
        completion_tokens: 6,
        finish_reasons: "stop,stop",
        queue_ms: NUMBER,
        prefill_ms: NUMBER,
        decode_ms: NUMBER,
        preemptions: 0,
      });
      expect(lines[0]!.text).toMatch(
        /^POST \/v1\/completions 200 in \d+ ms: 3 prompt tokens \(1 cached\), 6 generated, stop,stop; queue 0 ms/,
      );
    }
  });

  test("a stream's line comes after its last byte", async () => {
    const { lines, post } = logged({ delay: 1 });
    const response = await post("/v1/completions", { prompt: "a", max_tokens: 20, stream: true });
    expect(lines).toHaveLength(0);
    await events(response);
    expect(lines).toHaveLength(1);
  });

  test("says why a request ended badly", async () => {
    const { lines, post, get, engine } = logged({ delay: 1, deps: { requestTimeout: 0.02 } });
    await get("/nowhere");
    await post("/v1/completions", { prompt: "a", max_tokens: 0 });
    await (await post("/v1/completions", { prompt: "a", max_tokens: 200, stream: true })).text();
    const left = await post("/v1/completions", { prompt: "a", max_tokens: 200, stream: true });
    await left.body!.cancel();
    await engine.idle();
    expect(lines.map(({ fields: { status, error, finish_reasons } }) => [status, error, finish_reasons])).toEqual([
      [404, "not_found", undefined],
      [400, undefined, undefined],
      [200, "timeout", "abort"],
      [200, "client_closed", "abort"],
    ]);
    expect(lines[2]!.text).toEndWith("abort (timeout)");
  });

  test("holds no prompt unless asked, and never a key", async () => {
    const ask = async (logPrompts: boolean) => {
      const { lines, post } = logged({ deps: { logPrompts, apiKeys: ["sesame"] } });
      await post("/v1/completions", { prompt: ["Open ", "it"], max_tokens: 1 }, { authorization: "Bearer sesame" });
      await post("/v1/completions", { prompt: "Open" }, { authorization: "Bearer sesamy" });
      return lines;
    };
    expect(JSON.stringify(await ask(false))).not.toMatch(/Open|sesam/);
    const asked = await ask(true);
    expect(asked[0]!.fields.prompts).toEqual(["Open ", "it"]);
    expect(JSON.stringify(asked)).not.toContain("sesam");
  });

  test("probes are only worth a debug line", async () => {
    const { lines, get } = logged();
    await get("/health");
    expect(lines.map(({ level }) => level)).toEqual(["debug"]);
  });
});
