import { describe, expect, test } from "bun:test";
import type { Policy } from "../../bench/sim/policy.ts";
import { independentRequest } from "../../bench/sim/request.ts";
import { fasterTransformer, octavo, orca, POLICIES } from "../../bench/sim/setup.ts";
import { normalizedLatency, requiredTokens, simulate } from "../../bench/sim/simulator.ts";
import { latencyCurve, sustainedRate } from "../../bench/sim/sustained_rate.ts";
import { ALPACA, SHAREGPT } from "../../bench/sim/workloads/lengths.ts";
import { poissonWorkload } from "../../bench/sim/workloads/poisson.ts";
import { Random } from "../../src/base/random.ts";

const overload = poissonWorkload(SHAREGPT, 3, 150, new Random(11));

/** The policy as it is, with `look` called in the middle of every step. */
function watched(policy: Policy, look: () => void): Policy {
  return {
    name: policy.name,
    cost: policy.cost,
    get running() {
      return policy.running;
    },
    get waiting() {
      return policy.waiting;
    },
    add: (request) => policy.add(request),
    memory: () => policy.memory(),
    schedule: () => policy.schedule(),
    complete: () => {
      look();
      return policy.complete();
    },
  };
}

describe("every policy", () => {
  const named = POLICIES.map((policy) => ({ name: policy().name, policy }));

  test.each(named)("$name serves every request once and never overbooks the memory", ({ policy }) => {
    const server = policy();
    let steps = 0;
    const result = simulate(
      overload,
      watched(server, () => {
        if (steps++ % 20 > 0) return;
        const { stored, reserved, internal, other } = server.memory();
        expect(Math.min(stored, reserved, internal, other)).toBeGreaterThanOrEqual(0);
        expect(stored + reserved + internal + other).toBeLessThanOrEqual(15_728);
        expect(stored + reserved + internal + other).toBeGreaterThan(15_728 - 16);
      }),
    );
    const ids = result.served.map(({ request }) => request.id).toSorted((a, b) => a - b);
    expect(ids).toEqual(overload.map(({ id }) => id));
    expect(server.running + server.waiting).toBe(0);
    expect(result.steps).toBe(steps);
    expect(result.computedTokens).toBeGreaterThanOrEqual(requiredTokens(overload));
  });

  test.each(named)("$name gives the same result twice", ({ policy }) => {
    const run = () => simulate(overload.slice(0, 100), policy());
    expect(run()).toEqual(run());
  });
});

describe("octavo", () => {
  test.each([false, true])("returns every block and computes only what it must, prefix cache %p", (prefixCaching) => {
    const policy = octavo({ prefixCaching });
    let steps = 0;
    const { computedTokens } = simulate(
      overload,
      watched(policy, () => {
        if (steps++ % 50 === 0) policy.kv.checkIntegrity();
      }),
    );
    expect(policy.scheduler.preemptions).toBeGreaterThan(0);
    expect(computedTokens).toBeGreaterThan(requiredTokens(overload));
    policy.kv.checkIntegrity();
    expect(policy.kv.pool.used).toBe(0);
  });

  test("computes nothing twice when there is room", () => {
    const policy = octavo({ slots: 10_000_000, blockSize: 16 });
    expect(simulate(overload, policy).computedTokens).toBe(requiredTokens(overload));
    expect(policy.scheduler.preemptions).toBe(0);
  });
});

test("a prompt of 10 and an answer of 3 take 12 tokens", () => {
  const requests = [independentRequest(0, 0, 10, 3), independentRequest(1, 0, 10, 3)];
  expect(requiredTokens(requests)).toBe(24);
  for (const policy of POLICIES.slice(1)) expect(simulate(requests, policy()).computedTokens).toBe(24);
});

test("a request alone takes its steps' time, to the digit", () => {
  const { cost } = orca("Oracle");
  const request = independentRequest(0, 7, 10, 3);
  const { served, duration, steps } = simulate([request], orca("Oracle"));
  const expected = 3 * cost.perStep + 10 * cost.perPrefillToken + 2 * cost.perDecode + (10 + 11 + 12) * cost.perKvToken;
  expect(steps).toBe(3);
  expect(served[0]!.latency).toBeCloseTo(expected, 12);
  expect(duration).toBeCloseTo(7 + expected, 12);
});

test("static batching answers when the longest of the batch is done", () => {
  const requests = [
    independentRequest(0, 0, 10, 2),
    independentRequest(1, 0, 20, 50),
    independentRequest(2, 0.1, 5, 1),
  ];
  const { served } = simulate(requests, fasterTransformer());
  expect(served[0]!.latency).toBe(served[1]!.latency);
  expect(served[2]!.latency).toBeGreaterThan(served[1]!.latency - 0.1);
});

test("serves 10,000 requests in seconds", () => {
  const requests = poissonWorkload(ALPACA, 25, 410, new Random(1));
  expect(requests.length).toBeGreaterThan(10_000);
  const start = performance.now();
  const result = simulate(requests, octavo());
  expect(result.served).toHaveLength(requests.length);
  expect(performance.now() - start).toBeLessThan(10_000);
});

describe("sustained rate", () => {
  test("lies on a straight line of log latency between two points", () => {
    const points = [
      [1, 0.05],
      [2, 0.1],
      [4, 0.4],
    ] as const;
    expect(sustainedRate(points, 0.2)).toBeCloseTo(3, 10);
    expect(() => sustainedRate(points, 0.5)).toThrow("does not cross 0.5");
  });

  test("orders the policies as the paper does, by the paper's factors", () => {
    const workload = (rate: number) => poissonWorkload(SHAREGPT, rate, 400, new Random(1));
    const [staticBatching, max, pow2, oracle, ours] = POLICIES.map((policy) =>
      sustainedRate(latencyCurve(workload, policy, 0.05)),
    );
    expect(staticBatching!).toBeLessThan(max!);
    expect(max!).toBeLessThan(pow2!);
    expect(pow2!).toBeLessThan(oracle!);
    expect(ours! / oracle!).toBeGreaterThan(1.5);
    expect(ours! / max!).toBeGreaterThan(2.3);
  });

  test("latency grows with the rate", () => {
    const at = (rate: number) =>
      normalizedLatency(simulate(poissonWorkload(SHAREGPT, rate, 300, new Random(1)), octavo()));
    expect(at(0.5)).toBeLessThan(at(2));
    expect(at(2)).toBeLessThan(at(4));
  });
});
