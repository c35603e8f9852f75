import { describe, expect, test } from "bun:test";
import { ModelConfigError } from "../../models/config.ts";
import { ropePositions } from "../../models/rope.ts";

const LLAMA3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
const YARN = { factor: 4, original_max_position_embeddings: 32768 };

/** Frequencies and amplitude of a rope, for toEqual. */
function rope(config: Record<string, unknown>, headDim = 128, maxPositions = 2048) {
  const { positions, maxPositions: longest } = ropePositions(config, headDim, maxPositions);
  if (positions.kind !== "rope") throw new Error("expected rotary positions");
  return { frequencies: positions.inverseFrequencies, amplitude: positions.amplitude, longest };
}

describe("ropePositions", () => {
  test("reads the older spelling and the newer alike", () => {
    for (const scaling of [
      {},
      { rope_type: "linear", factor: 2 },
      { rope_type: "llama3", ...LLAMA3 },
      { rope_type: "yarn", ...YARN },
    ]) {
      const older = rope({ rope_theta: 5e5, rope_scaling: scaling });
      expect(rope({ rope_parameters: { rope_theta: 5e5, ...scaling } })).toEqual(older);
      const { rope_type: type, ...fields } = scaling as Record<string, unknown>;
      expect(rope({ rope_theta: 5e5, rope_scaling: type ? { type, ...fields } : null })).toEqual(older);
    }
  });

  test("turns pair i by theta^(-2i / headDim)", () => {
    expect([...rope({ rope_theta: 16 }, 8).frequencies]).toEqual([1, 0.5, 0.25, 0.125]);
    expect(rope({}, 4).frequencies[1]).toBeCloseTo(0.01, 15);
  });

  test("the variants stretch what they should and bound the length", () => {
    const plain = rope({ rope_theta: 5e5 }, 128, 131072);
    const linear = rope({ rope_theta: 5e5, rope_scaling: { type: "linear", factor: 4 } }, 128, 4096);
    expect(linear.frequencies[7]! * 4).toBeCloseTo(plain.frequencies[7]!, 12);
    expect(linear.longest).toBe(16384);

    const llama3 = rope({ rope_theta: 5e5, rope_scaling: { rope_type: "llama3", ...LLAMA3 } }, 128, 131072);
    expect(llama3.frequencies[0]).toBe(plain.frequencies[0]!);
    expect(llama3.frequencies[63]).toBe(plain.frequencies[63]! / 8);
    expect([llama3.longest, llama3.amplitude]).toEqual([131072, 1]);

    const yarn = rope({ rope_theta: 5e5, rope_scaling: { rope_type: "yarn", ...YARN } }, 128, 32768);
    expect(yarn.frequencies[0]).toBe(plain.frequencies[0]!);
    expect(yarn.frequencies[63]).toBe(plain.frequencies[63]! / 4);
    expect(yarn.longest).toBe(131072);
    expect(yarn.amplitude).toBeCloseTo(0.1 * Math.log(4) + 1, 15);
    expect(rope({ rope_scaling: { rope_type: "yarn", ...YARN, attention_factor: 1.5 } }).amplitude).toBe(1.5);
  });

  const refused: [Record<string, unknown>, RegExp][] = [
    [
      { rope_scaling: { type: "dynamic", factor: 2 } },
      /"rope_scaling\.type": expected default, linear, llama3 or yarn: received "dynamic"/,
    ],
    [{ rope_parameters: { rope_type: "longrope" } }, /"rope_parameters\.rope_type": .*received "longrope"/],
    [{ rope_scaling: { type: "linear" } }, /"rope_scaling\.factor": expected a positive number: received nothing/],
    [
      { rope_scaling: { rope_type: "llama3", ...LLAMA3, high_freq_factor: "4" } },
      /"rope_scaling\.high_freq_factor".*received "4"/,
    ],
    [{ rope_scaling: { rope_type: "yarn", ...YARN, beta_fast: -1 } }, /"rope_scaling\.beta_fast"/],
    [{ rope_scaling: "linear" }, /"rope_scaling": expected an object: received "linear"/],
    [{ rope_parameters: { partial_rotary_factor: 0.5 } }, /"partial_rotary_factor": expected 1: received 0\.5/],
    [{ partial_rotary_factor: 0.5 }, /"partial_rotary_factor": expected 1: received 0\.5/],
    [{ rope_theta: "1e4" }, /"rope_theta": expected a positive number: received "1e4"/],
  ];
  for (const [config, message] of refused)
    test(`refuses ${JSON.stringify(config)}`, () => {
      expect(() => rope(config)).toThrow(ModelConfigError);
      expect(() => rope(config)).toThrow(message);
    });
});
