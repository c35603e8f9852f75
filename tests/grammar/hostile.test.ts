import { afterEach, describe, expect, test } from "bun:test";
import { GrammarError, type GrammarSource } from "../../src/contracts/grammar.ts";
import type { WorkerGrammars } from "../../src/grammar/grammars.ts";
import { allowed, never, open, testGrammars } from "./fixtures.ts";

let grammars: WorkerGrammars;
afterEach(() => grammars.close());

const compile = (source: GrammarSource) =>
  grammars.compile(source, never).then(
    () => null,
    (error: unknown) => error,
  );

function nested(depth: number): object {
  let schema: object = { type: "string" };
  for (let i = 0; i < depth; i++) schema = { type: "array", items: schema };
  return schema;
}

const deepJson = JSON.parse(`${'{"items":'.repeat(50_000)}{}${"}".repeat(50_000)}`);
const json = (schema: unknown): GrammarSource => ({ kind: "json_schema", schema });
const hostile: [string, GrammarSource][] = [
  ["deep nesting", json(nested(500))],
  ["nesting that would overflow the stack", json(deepJson)],
  ["a huge enum", json({ enum: Array.from({ length: 20_000 }, (_, i) => `value ${i}`) })],
  ["many properties", json({ properties: Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`p${i}`, {}])) })],
  ["long counts", json({ type: "array", items: { type: "string", minLength: 4000 }, minItems: 4000 })],
  ["a schema within itself", json({ $ref: "#" })],
  ["a schema that never ends", json({ type: "object", properties: { a: { $ref: "#" } }, required: ["a"] })],
  ["allOf that grows", json({ allOf: [{ $ref: "#" }, { $ref: "#" }] })],
  ["an expression that backtracks", { kind: "regex", pattern: `${"(a*)*".repeat(40)}b` }],
  ["an expression that explodes", { kind: "regex", pattern: "((((a{1,100}){1,100}){1,100}){1,100}){1,100}" }],
  ["groups without end", { kind: "regex", pattern: "(".repeat(100_000) }],
  ["a long pattern", { kind: "regex", pattern: "a?".repeat(50_000) }],
  ["a left-recursive grammar", { kind: "ebnf", text: 'root ::= root "a" | "a"' }],
  ["an ambiguous grammar", { kind: "ebnf", text: 'root ::= root root root | "a" | ""' }],
  ["deep parentheses", { kind: "ebnf", text: `root ::= ${"(".repeat(20_000)}"a"${")".repeat(20_000)}` }],
  ["many choices", { kind: "choice", choices: Array.from({ length: 5000 }, (_, i) => `${i}`) }],
];

describe("the event loop goes on while a grammar is made of", () => {
  for (const [name, source] of hostile) {
    test(name, async () => {
      grammars = testGrammars({ compileMs: 1500, maskMs: 1500 });
      let longest = 0;
      let last = performance.now();
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }, 2);
      const error = await compile(source);
      if (error !== null) expect(error).toBeInstanceOf(GrammarError);
      clearInterval(timer);
      longest = Math.max(longest, performance.now() - last);
      if (process.env.SHOW_STALLS)
        console.warn(`${name}: ${longest.toFixed(0)} ms, ${error ?? "compiled"}`.slice(0, 200));
      expect(longest).toBeLessThan(500);
      // And the next one is served.
      expect(await compile({ kind: "choice", choices: ["yes", "no"] })).toBeNull();
    }, 240_000);
  }
});

describe("a worker that is given up", () => {
  const slow: GrammarSource = { kind: "regex", pattern: "a?".repeat(50_000) };

  test("leaves the outputs that others follow where they were", async () => {
    grammars = testGrammars({ compileMs: 700, threads: 1 });
    const matcher = await open(grammars, { kind: "choice", choices: ["abab", "abc"] });
    const before = await allowed(matcher);
    const a = before.find((id) => id === 1 + 0x61)!;
    matcher.accept(a);
    const after = await allowed(matcher);
    expect(await compile(slow)).toBeInstanceOf(GrammarError);
    expect(await allowed(matcher)).toEqual(after);
    matcher.accept(1 + 0x62);
    expect((await allowed(matcher)).length).toBeGreaterThan(0);
    matcher.close();
  }, 240_000);

  test("an aborted request does not wait for its grammar", async () => {
    grammars = testGrammars({ compileMs: 1500 });
    const abort = new AbortController();
    const compiling = grammars.compile(slow, abort.signal);
    abort.abort(new Error("left"));
    await expect(compiling).rejects.toThrow("left");
  });
});

test("an output that its grammar leads nowhere fails, instead of waiting for a token", async () => {
  grammars = testGrammars();
  for (const [text, before] of [
    ["root ::= root", ""],
    ['root ::= "a" x\nx ::= x', "a"],
  ] as const) {
    const matcher = await open(grammars, { kind: "ebnf", text });
    for (const letter of before) {
      await matcher.ready();
      matcher.accept(1 + letter.charCodeAt(0));
    }
    await matcher.ready();
    expect(matcher.failure).toContain("allows no token");
    matcher.close();
  }
});

describe("what is remembered", () => {
  test("is bounded; what was forgotten in between is compiled again", async () => {
    grammars = testGrammars({ kept: 4 });
    const sources = Array.from({ length: 12 }, (_, i): GrammarSource => ({ kind: "choice", choices: [`${i}a`] }));
    const first = await grammars.compile(sources[0]!, never);
    for (const source of sources) await grammars.compile(source, never);
    const matcher = first.open();
    expect(await allowed(matcher)).toEqual([1 + 0x30]);
    matcher.close();
  });
});
