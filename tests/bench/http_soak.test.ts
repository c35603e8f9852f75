import { expect, test } from "bun:test";
import { soak } from "../../bench/lib/http_soak.ts";
import { byteLevelTokenizer } from "../text/fixtures.ts";

/** Numbers from 0 to 1, the same in every run (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("a crowd that leaves and stalls gives every block back, and those who stay get all", async () => {
  const report = await soak(byteLevelTokenizer(), {
    streams: 150,
    requests: 300,
    tokens: 140,
    leaving: 0.3,
    stalling: 0.1,
    slowReaderTimeout: 0.2,
    random: seeded(7),
  });
  expect(report.blocksLeft).toBe(0);
  expect(report.whole + report.left + report.cut).toBe(300);
  expect(report.left).toBeGreaterThan(60);
  expect(report.cut).toBeGreaterThan(15);
  expect(report.preemptions).toBeGreaterThan(0);
  expect(report.hostPerToken.p50).toBeGreaterThan(0);
  expect(report.rss.peak - report.rss.before).toBeLessThan(400);
}, 30_000);
