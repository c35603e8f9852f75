import { describe, expect, test } from "bun:test";
import { svg } from "../../bench/lib/svg_chart.ts";
import type { Outcome } from "../../bench/sim/experiment.ts";
import { EXPERIMENTS } from "../../bench/sim/experiments.ts";

/** A tenth of everything. */
const outcomes = new Map<string, Outcome>();
function run(name: string): Outcome {
  const known = outcomes.get(name);
  if (known) return known;
  const outcome = EXPERIMENTS.find((experiment) => experiment.name === name)!.run({ share: 0.1, seed: 1 });
  if (outcome.skipped) console.log(`skip: ${name}: ${outcome.skipped}`);
  outcomes.set(name, outcome);
  return outcome;
}

/** The value of the one row whose measure is as described. */
function ours(name: string, description: RegExp): number {
  const rows = run(name).rows.filter(({ measure }) => description.test(measure));
  expect(rows.map(({ measure }) => measure)).toHaveLength(1);
  return rows[0]!.ours;
}

describe("experiments", () => {
  test("memory: paged far above Oracle, Oracle above Pow2, Pow2 above Max", () => {
    const [max, pow2, oracle, octavo] = run("fig2").rows.map((row) => row.ours);
    expect(octavo!).toBeGreaterThan(95);
    expect(oracle!).toBeLessThan(45);
    expect(pow2!).toBeLessThan(oracle!);
    expect(max!).toBeLessThan(pow2!);
  });

  test("latency: every baseline sustains less", () => {
    expect(ours("fig12", /ShareGPT, against FasterTransformer/)).toBeGreaterThan(4);
    expect(ours("fig12", /ShareGPT, against Orca \(Max\)/)).toBeGreaterThan(2.2);
    expect(ours("fig12", /ShareGPT, against Orca \(Pow2\)/)).toBeGreaterThan(1.6);
    expect(ours("fig12", /ShareGPT, against Orca \(Oracle\)/)).toBeGreaterThan(1.4);
    expect(ours("fig12", /Alpaca, against Orca \(Max\)/)).toBeGreaterThan(4);
  }, 30_000);

  test("batch: within a fifth of the paper's", () => {
    for (const { paper, ours: batch } of run("fig13").rows)
      expect(Math.abs(batch / Number(paper) - 1)).toBeLessThan(0.2);
  });

  test("sharing: beams save more than samples, more sequences save more", () => {
    for (const load of ["Alpaca", "ShareGPT"]) {
      const saved = (kind: string) => ours("fig15", new RegExp(`${load}, ${kind}`));
      expect(saved("beam search of 2")).toBeGreaterThan(saved("parallel sampling of 6"));
      expect(saved("beam search of 6")).toBeGreaterThan(saved("beam search of 2"));
      expect(saved("parallel sampling of 6")).toBeGreaterThan(saved("parallel sampling of 2"));
    }
  });

  test("shared prefix: the longer, the better", () => {
    expect(ours("fig16", /80 tokens/)).toBeGreaterThan(1.4);
    expect(ours("fig16", /341 tokens/)).toBeGreaterThan(2.5);
  }, 30_000);

  test("chat: better than Orca", () => {
    expect(ours("fig17", /chat, against Orca \(Oracle\)/)).toBeGreaterThan(1.1);
    expect(ours("fig17", /chat, against Orca \(Max\)/)).toBeGreaterThan(1.2);
  }, 30_000);

  test("block size: best in the middle", () => {
    for (const load of ["ShareGPT", "Alpaca"]) {
      const best = ours("fig18b", new RegExp(`best block size, ${load}`));
      expect(best).toBeGreaterThanOrEqual(16);
      expect(best).toBeLessThanOrEqual(128);
      const latency = (size: number) => ours("fig18b", new RegExp(`${load} at .* blocks of ${size}$`));
      expect(latency(1)).toBeGreaterThan(2 * latency(32));
    }
  }, 30_000);

  test("swap: bad at small blocks, comparable from 16", () => {
    expect(ours("fig19", /blocks of 1$/)).toBeLessThan(0.5);
    expect(Math.abs(ours("fig19", /blocks of 16$/) - 1)).toBeLessThan(0.3);
  });

  test("victims: less memory, more waste; the prefix cache brings some of it back", () => {
    const waste = (percent: number, policy: string) =>
      run("victims").rows.find(({ measure }) => measure === `recomputed at ${percent} % of the KV needed, ${policy}`)!
        .ours;
    expect(waste(100, "last admitted")).toBe(0);
    for (const [more, less] of [
      [100, 50],
      [50, 25],
      [25, 10],
    ] as const)
      expect(waste(less, "last admitted")).toBeGreaterThan(waste(more, "last admitted"));
    for (const percent of [50, 25, 10])
      expect(waste(percent, "last admitted, prefix cache")).toBeLessThan(waste(percent, "last admitted"));
  });

  test("Mooncake: more memory, more hits, up to all there are", () => {
    const { rows, skipped } = run("mooncake");
    if (skipped) return;
    const [ideal, ...rates] = rows.map((row) => row.ours);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
    expect(rates.at(-1)!).toBeCloseTo(ideal!, 6);
    expect(rates[0]!).toBeLessThan(ideal! / 2);
  });

  test.each(EXPERIMENTS.map(({ name }) => name))("%s draws every number it has", (name) => {
    for (const chart of run(name).charts) {
      const drawing = svg(chart);
      expect(drawing).toStartWith("<svg");
      expect(drawing.trimEnd()).toEndWith("</svg>");
      expect(drawing).not.toMatch(/NaN|Infinity|undefined/);
      const shapes = drawing.match(/<polyline|<rect x="[^"]*" y="[^"]*" width="[^"]*" height="[^"]*" fill/g)!.length;
      const legend = chart.series.length;
      expect(shapes).toBe(chart.kind === "lines" ? legend * 2 : legend * (1 + chart.groups.length));
    }
  });
});
