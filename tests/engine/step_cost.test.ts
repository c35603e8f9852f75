import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { StepCost } from "../../src/engine/step_cost.ts";

test("tells what a step costs from what its rows cost", () => {
  const random = new Random(1);
  const cost = new StepCost();
  expect(cost.shareOfRows(8)).toBe(0);
  cost.add(1, 4);
  expect(cost.shareOfRows(8)).toBe(0);
  for (let i = 0; i < 300; i++) {
    const rows = random.integer(1, 12);
    cost.add(rows, 3 + rows + (random.next() - 0.5) / 5);
  }
  expect(cost.shareOfRows(1)).toBeCloseTo(1 / 4, 1);
  expect(cost.shareOfRows(9)).toBeCloseTo(9 / 12, 1);
});

test("rows that cost nothing have no share, and steps that cost nothing all of it", () => {
  const [free, all] = [new StepCost(), new StepCost()];
  for (let i = 0; i < 100; i++) {
    free.add(1 + (i % 4), 5);
    all.add(1 + (i % 4), 2 * (1 + (i % 4)));
  }
  expect(free.shareOfRows(4)).toBe(0);
  expect(all.shareOfRows(4)).toBeCloseTo(1);
});
