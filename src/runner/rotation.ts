import type { Positions } from "../contracts/model_spec.ts";

/**
 * The rotary table [positions, headDim] as [cos(headDim/2) | sin(headDim/2)] (RoFormer, section 3.2.2), computed in
 * f64 so that long positions lose nothing to a shader's sine.
 */
export function rotationTable(rope: Extract<Positions, { kind: "rope" }>, positions: number): Float32Array {
  const { inverseFrequencies, amplitude } = rope;
  const half = inverseFrequencies.length;
  const table = new Float32Array(positions * half * 2);
  for (let position = 0; position < positions; position++) {
    const row = position * half * 2;
    for (let i = 0; i < half; i++) {
      const angle = position * inverseFrequencies[i]!;
      table[row + i] = Math.cos(angle) * amplitude;
      table[row + half + i] = Math.sin(angle) * amplitude;
    }
  }
  return table;
}
