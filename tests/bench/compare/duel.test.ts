import { expect, test } from "bun:test";
import { join } from "node:path";
import { agreement } from "../../../bench/compare/agreement.ts";
import { ContestantProcess } from "../../../bench/compare/contestant_process.ts";
import { type Case, duel } from "../../../bench/compare/duel.ts";
import { decodePrompts } from "../../../bench/compare/questions.ts";
import { comparisonTable } from "../../../bench/compare/report.ts";
import type { ModelSpec } from "../../../src/contracts/model_spec.ts";

const scripted = (...args: string[]) =>
  new ContestantProcess("scripted", join(import.meta.dirname, "scripted_contestant.ts"), args);

const CASES: readonly Case[] = [
  { kind: "decode", sequences: 4, prompt: 16 },
  { kind: "decode", sequences: 8, prompt: 16 },
  { kind: "prefill", tokens: 512 },
];

test("medians, ratios and who hangs, who is then started again", async () => {
  const [us, them] = [scripted("300"), scripted("100", "8")];
  try {
    const options = { rounds: 3, budgetSeconds: 1, timeoutSeconds: 0.5, onProgress: () => {} };
    const table = comparisonTable("model", "them", await duel(us, them, CASES, options))
      .split("\n")
      .slice(2);
    const cells = table.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells).toEqual([
      ["decode of 4", "300", "100", "3.00x"],
      ["decode of 8", "300", "hangs (0.5 s)", "-"],
      ["prefill of 512", "300", "100", "3.00x"],
    ]);
  } finally {
    us.close();
    them.close();
  }
});

test("a contestant that cannot load says why, one that crashes is named", async () => {
  await expect(scripted("refuses").introduce()).rejects.toThrow("scripted cannot be loaded: no such model");
  await expect(scripted("crashes").introduce()).rejects.toThrow("scripted ended with 3");
});

test("everyone who is asked the same gets the same prompts, and every round others", () => {
  const question = { kind: "decode", sequences: 3, prompt: 5, steps: 1, seed: 1 } as const;
  expect(decodePrompts(100, question)).toEqual(decodePrompts(100, question));
  expect(decodePrompts(100, question)).not.toEqual(decodePrompts(100, { ...question, seed: 2 }));
  expect(new Set(decodePrompts(100, question).map(String)).size).toBe(3);
  expect(
    decodePrompts(7, question)
      .flat()
      .every((id) => id >= 0 && id < 7),
  ).toBe(true);
});

test("greedy outputs are compared token by token; who hangs there is not fatal, another first token is", async () => {
  const spec = { vocabSize: 100, bosTokenId: 1 } as ModelSpec;
  const model = { directory: "", spec, kvDtype: "f16" } as const;
  const [us, hanging, other] = [scripted("100"), scripted("100", "greedy"), scripted("100", "other")];
  try {
    expect(await agreement(us, us, model, 5, 10)).toMatchObject({
      alike: 5,
      sentence: "the first 5 of 5 greedy tokens are the same",
    });
    expect(await agreement(us, hanging, model, 5, 0.5)).toBeNull();
    await expect(agreement(us, other, model, 5, 10)).rejects.toThrow("the first tokens differ");
  } finally {
    for (const contestant of [us, hanging, other]) contestant.close();
  }
});
