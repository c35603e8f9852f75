import { expect, test } from "bun:test";
import { numberOf, parseBenchArgs, serveArgs, wholeOf } from "../../../bench/load/bench_args.ts";

const own = { seed: { type: "string", default: "0" }, json: { type: "string" } } as const;

test("flags of serve go to the engine, and the benchmark's own options win", () => {
  const args = ["model", "--seed", "3", "--max-num-seqs", "32", "--no-enable-prefix-caching", "--system-prompt=a b"];
  const { values, positionals, engine } = parseBenchArgs(args, own);
  expect([values.seed, values.json, positionals]).toEqual(["3", undefined, ["model"]]);
  expect(engine).toEqual({ maxNumSeqs: "32", enablePrefixCaching: "false", systemPrompt: ["a b"] });
  expect(serveArgs(engine).sort()).toEqual(["--max-num-seqs=32", "--no-enable-prefix-caching", "--system-prompt=a b"]);
});

test("what nobody knows is refused", () => {
  expect(() => parseBenchArgs(["--max-num-sex", "1"], own)).toThrow("--max-num-sex");
  expect(() => parseBenchArgs(["--port", "1"], own)).toThrow("--port");
});

test("numbers are read strictly", () => {
  expect(numberOf("x", "inf", 0)).toBe(Infinity);
  expect(numberOf("x", "0.5", 0)).toBe(0.5);
  for (const wrong of ["", "a", "-1"]) expect(() => numberOf("x", wrong, 0)).toThrow(`received "${wrong}"`);
  expect(() => wholeOf("x", "1.5", 0)).toThrow('received "1.5"');
});
