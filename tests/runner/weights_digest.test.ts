import { expect, test } from "bun:test";
import { WeightsDigest } from "../../src/runner/weights_digest.ts";

function digestOf(chunk: Uint8Array, name = "w"): string {
  const digest = new WeightsDigest();
  digest.tensor(name, "BF16", "bf16", chunk.byteLength);
  digest.chunk(chunk);
  return digest.hex();
}

test("any byte of a small tensor, any row of a large one and the name tell weights apart", () => {
  const small = new Uint8Array(1001).fill(7);
  const large = new Uint8Array(8 << 20).fill(7);
  const seen = new Set([digestOf(small), digestOf(large), digestOf(small, "v")]);
  for (const at of [0, 500, 1000]) seen.add(digestOf(small.with(at, 8)));
  for (const row of [0, 1, 4000, 16383]) seen.add(digestOf(large.slice().fill(9, row * 512, (row + 1) * 512)));
  expect(seen.size).toBe(3 + 3 + 4);
  expect(digestOf(large.slice())).toBe(digestOf(large));
});
