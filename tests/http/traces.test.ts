import { afterAll, describe, expect, test } from "bun:test";
import { getLogger } from "@logtape/logtape";
import { OtlpExporter, type Span } from "../../src/http/otlp.ts";
import { parseTraceparent } from "../../src/http/traces.ts";
import { FakeRunner } from "../engine/fake_runner.ts";
import { makeEngine } from "../engine/harness.ts";
import { harness, levelTokenizer } from "./harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: OTLP's envelope, checked below
const received: any[] = [];
let status = 200;
const collector = Bun.serve({
  port: 0,
  fetch: async (request) => {
    received.push(await request.json());
    return new Response("{}", { status });
  },
});
afterAll(() => collector.stop(true));

const service = { name: "octavo", version: "1" };
const exporterTo = (url: string) => new OtlpExporter(url, service, getLogger(["test"]));

const CALLER = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

async function traced(headers: Record<string, string>, body: object = { prompt: "zyx", max_tokens: 3 }) {
  const traces = exporterTo(`http://127.0.0.1:${collector.port}/v1/traces`);
  const { post } = harness({ delay: 1, deps: { traces } });
  received.length = 0;
  await (await post("/v1/completions", body, headers)).text();
  await traces.flush();
  return received.flatMap(({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans as Span[]);
}

describe("traces", () => {
  test("the request, and in it queue, prefill and decode, one after the other", async () => {
    const before = Date.now() * 1e6;
    const [root, ...phases] = await traced({});
    expect(phases.map(({ name }) => name)).toEqual(["queue", "prefill", "decode"]);
    expect(root).toMatchObject({ name: "POST /v1/completions", kind: 2, status: {} });
    expect(root!.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(root!.parentSpanId).toBeUndefined();
    let last = root!.startTimeUnixNano;
    for (const span of phases) {
      expect(span).toMatchObject({ traceId: root!.traceId, parentSpanId: root!.spanId, kind: 1 });
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(last));
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      last = span.endTimeUnixNano;
    }
    expect(BigInt(root!.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(last));
    expect(Math.abs(Number(root!.startTimeUnixNano) - before)).toBeLessThan(5e9);
    expect(new Set([root, ...phases].map((span) => span!.spanId)).size).toBe(4);
    expect(received[0].resourceSpans[0].resource.attributes[0]).toEqual({
      key: "service.name",
      value: { stringValue: "octavo" },
    });
    const attributes = Object.fromEntries(root!.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
    expect(attributes).toMatchObject({
      "http.response.status_code": 200,
      "gen_ai.usage.prompt_tokens": 3,
      "gen_ai.usage.completion_tokens": 3,
      "gen_ai.response.finish_reasons": "length",
    });
    expect(JSON.stringify(received)).not.toContain("zyx");
  });

  test("the caller's trace goes on, unless it is not sampled", async () => {
    const [root] = await traced({ traceparent: `00-${CALLER}-${PARENT}-01` });
    expect(root).toMatchObject({ traceId: CALLER, parentSpanId: PARENT });
    expect(await traced({ traceparent: `00-${CALLER}-${PARENT}-00` })).toEqual([]);
  });

  test("preemptions are events of the phase they fell into", async () => {
    const traces = exporterTo(`http://127.0.0.1:${collector.port}/v1/traces`);
    const runner = new FakeRunner({ numBlocks: 12, maxModelLen: 96, vocabSize: levelTokenizer.vocabSize });
    const engine = makeEngine(runner);
    const { post } = harness({ serving: { engine }, deps: { traces } });
    received.length = 0;
    const ask = (first: number) => {
      const prompt = Array.from({ length: 33 }, (_, i) => i + first);
      return post("/v1/completions", { prompt, max_tokens: 40, ignore_eos: true });
    };
    await Promise.all([ask(0), ask(100)]);
    await traces.flush();
    await engine.close();
    const spans: Span[] = received.flatMap(({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans);
    const preempted = spans.filter(({ events }) => events.length > 0);
    expect(preempted.length).toBeGreaterThan(0);
    for (const { name, events, startTimeUnixNano, endTimeUnixNano } of preempted) {
      expect(name).toMatch(/^(prefill|decode)$/);
      for (const event of events) {
        expect(event.name).toBe("preemption");
        expect(BigInt(event.timeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
        expect(BigInt(event.timeUnixNano)).toBeLessThanOrEqual(BigInt(endTimeUnixNano));
      }
    }
  });

  test("an error has a status and its code", async () => {
    const spans = await traced({}, { prompt: "a", suffix: "x" });
    expect(spans).toHaveLength(1);
    expect(spans[0]!.status.code).toBe(2);
  });

  test("headers that are no traceparent begin a new trace", () => {
    const good = `00-${CALLER}-${PARENT}-01`;
    expect(parseTraceparent(good)).toEqual({ traceId: CALLER, parentSpanId: PARENT, sampled: true });
    expect(parseTraceparent(`cc-${CALLER}-${PARENT}-01-more`)).not.toBeNull();
    for (const bad of [
      undefined,
      "",
      good.toUpperCase(),
      `ff-${CALLER}-${PARENT}-01`,
      `00-${"0".repeat(32)}-${PARENT}-01`,
      `00-${CALLER}-${"0".repeat(16)}-01`,
      `00-${CALLER}-${PARENT}`,
      `${good}x`,
    ])
      expect(parseTraceparent(bad)).toBeNull();
  });
});

describe("a collector that fails", () => {
  const span = { name: "x" } as unknown as Span;

  test("is told no more of what it lost, and disturbs nobody", async () => {
    status = 503;
    const failing = exporterTo(`http://127.0.0.1:${collector.port}`);
    const gone = exporterTo("http://127.0.0.1:1/v1/traces");
    for (const exporter of [failing, gone]) {
      exporter.add([span]);
      await exporter.flush();
    }
    status = 200;
    received.length = 0;
    await failing.flush();
    expect(received).toEqual([]);
  });

  test("spans beyond the buffer are dropped", async () => {
    const exporter = exporterTo(`http://127.0.0.1:${collector.port}`);
    received.length = 0;
    for (let i = 0; i < 5000; i++) exporter.add([span]);
    await exporter.flush();
    expect(received.map(({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans.length)).toEqual([4096]);
  });
});
