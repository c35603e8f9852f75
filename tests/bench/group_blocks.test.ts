import { describe, expect, test } from "bun:test";
import { beamSearch, parallelSampling } from "../../bench/sim/beam_search.ts";
import { groupBlocks } from "../../bench/sim/group_blocks.ts";
import { Random } from "../../src/base/random.ts";

describe("groupBlocks", () => {
  test("counts the blocks of a group by hand", () => {
    // Prompt 6 in blocks of 4: [0-3] full, [4-5] shared until both write token 6; output 4 writes tokens 6, 7, 8.
    const { held, unshared } = groupBlocks(6, 4, 4, 2, () => [0, 1]);
    // The prompt: 2. Tokens 6 and 7: 1 shared + 2 tails. Token 8: one more block each.
    expect(held).toBe(2 + 3 + 3 + 5);
    expect(unshared).toBe(4 + 4 + 4 + 6);
  });

  test("shares the whole past of beams that come from one parent", () => {
    // Both beams continue beam 0 in every step: only the block being written differs.
    const { held } = groupBlocks(4, 9, 4, 2, () => [0, 0]);
    // Prompt 1; tokens 4-7: 1 + 2 tails, while what beam 1 wrote is dropped; tokens 8-11: 2 shared + 2 tails.
    expect(held).toBe(1 + 4 * 3 + 4 * 4);
  });

  test("saves nothing for one sequence", () => {
    const { held, unshared } = groupBlocks(50, 70, 16, 1, parallelSampling(1, new Random(1)));
    expect(held).toBe(unshared);
  });
});

describe("beamSearch", () => {
  test("keeps the width, drops beams and continues others more than once", () => {
    const parents = beamSearch(4, new Random(3));
    let dropped = 0;
    for (let step = 0; step < 200; step++) {
      const chosen = parents();
      expect(chosen).toHaveLength(4);
      expect(chosen.every((parent) => parent >= 0 && parent < 4)).toBe(true);
      dropped += 4 - new Set(chosen).size;
    }
    expect(dropped).toBeGreaterThan(100);
  });

  test("shares more than parallel sampling, and more the wider it is", () => {
    const saving = (branching: typeof beamSearch, width: number) => {
      const { held, unshared } = groupBlocks(60, 200, 16, width, branching(width, new Random(9)));
      return 1 - held / unshared;
    };
    expect(saving(parallelSampling, 4)).toBeGreaterThan(saving(parallelSampling, 2));
    expect(saving(beamSearch, 2)).toBeGreaterThan(saving(parallelSampling, 2));
    expect(saving(beamSearch, 4)).toBeGreaterThan(saving(beamSearch, 2));
  });
});
