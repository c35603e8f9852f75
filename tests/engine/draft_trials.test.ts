import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { DraftTrials } from "../../src/engine/draft_trials.ts";

/** How often each way was taken in so many steps, where `rate` gives tokens a ms by the least chance. */
function ways(steps: number, rate: (leastChance: number, step: number) => number): Map<number, number> {
  const random = new Random(1);
  const trials = new DraftTrials();
  const taken = new Map<number, number>();
  for (let step = 0; step < steps; step++) {
    const { leastChance } = trials;
    taken.set(leastChance, (taken.get(leastChance) ?? 0) + 1);
    const ms = 3 + 2 * random.next();
    trials.add(ms * rate(leastChance, step), ms);
  }
  return taken;
}

describe("the way to draft", () => {
  test("is tried for 16 steps each, no drafts first", () => {
    expect([...ways(48, () => 1)]).toEqual([
      [1, 16],
      [0.8, 16],
      [0.25, 16],
    ]);
  });

  test("is the best one, and is asked for less and less often", () => {
    for (const best of [1, 0.8, 0.25]) {
      const taken = ways(20_000, (way) => (way === best ? 1.2 : 1));
      expect(taken.get(best)!).toBeGreaterThan(19_000);
    }
  });

  test("is none where drafts gain next to nothing", () => {
    expect(ways(20_000, (way) => (way === 1 ? 1 : 1.03)).get(1)!).toBeGreaterThan(19_000);
  });

  test("is given up after a glimpse where it costs much", () => {
    const taken = ways(2000, (way) => (way === 1 ? 1 : 0.3));
    expect([taken.get(0.8)!, taken.has(0.25)]).toEqual([9, false]);
  });

  test("changes with what is asked for", () => {
    const taken = ways(20_000, (way, step) => (way === (step > 5000 ? 0.25 : 1) ? 1.2 : 1));
    expect(taken.get(0.25)!).toBeGreaterThan(10_000);
  });
});
