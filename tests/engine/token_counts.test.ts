import { expect, test } from "bun:test";
import fc from "fast-check";
import { TokenCounts } from "../../src/engine/token_counts.ts";

test("counts the output as it grows, and lists the prompt's tokens only where asked", () => {
  const tokens = fc.array(fc.nat(120), { maxLength: 300 });
  fc.assert(
    fc.property(tokens, tokens, fc.boolean(), fc.array(fc.nat(300)), (prompt, output, withPrompt, stops) => {
      const counts = new TokenCounts(prompt.length, withPrompt);
      const all = Uint32Array.from([...prompt, ...output]);
      for (const stop of stops.sort((a, b) => a - b)) {
        if (stop >= prompt.length) counts.catchUp(all, Math.min(stop, all.length));
      }
      counts.catchUp(all, all.length);
      const expected = new Map<number, number>(withPrompt ? prompt.map((token) => [token, 0]) : []);
      for (const token of output) expected.set(token, (expected.get(token) ?? 0) + 1);
      const listed = Array.from({ length: counts.size }, (_, i) => [counts.pairs[2 * i]!, counts.pairs[2 * i + 1]!]);
      expect(new Map(listed as [number, number][])).toEqual(expected);
      expect(listed.length).toBe(expected.size);
    }),
  );
});
