import { expect, test } from "bun:test";
import { PollPace } from "../../src/gpu/poll_pace.ts";

/** Resolves after `ms`, and asks in between as Dawn does. */
function asking(ms: number): { readonly begin: () => Promise<void>; questions: number } {
  const end = performance.now() + ms;
  const asked = {
    questions: 0,
    begin: () =>
      new Promise<void>((resolve) => {
        const ask = () => {
          asked.questions++;
          if (performance.now() >= end) resolve();
          else globalThis.setImmediate(ask);
        };
        globalThis.setImmediate(ask);
      }),
  };
  return asked;
}

async function questionsOf(pace: PollPace, ms: number): Promise<number> {
  const asked = asking(ms);
  await pace.wait(asked.begin);
  return asked.questions;
}

test("long waits are slept through, short ones are not", async () => {
  const pace = new PollPace();
  for (let i = 0; i < 10; i++) await questionsOf(pace, 40);
  expect(await questionsOf(pace, 40)).toBeLessThanOrEqual(41);
  for (let i = 0; i < 30; i++) await questionsOf(pace, 0);
  expect(await questionsOf(pace, 40)).toBeGreaterThan(100);
});

test("nobody else's setImmediate is another one", async () => {
  const plain = globalThis.setImmediate;
  const pace = new PollPace();
  const waiting = pace.wait(asking(5).begin);
  expect(globalThis.setImmediate).toBe(plain);
  while ((await Promise.race([waiting.then(() => "done"), new Promise((r) => plain(r))])) !== "done") {
    expect(globalThis.setImmediate).toBe(plain);
  }
  const failing = pace.wait(() => {
    throw new Error("the device is gone");
  });
  await expect(failing).rejects.toThrow("gone");
  expect(globalThis.setImmediate).toBe(plain);
});
