import { afterAll, expect, test } from "bun:test";
import type { QuantizedDtype } from "../../src/contracts/device.ts";
import { Data } from "../../src/selftest/data.ts";
import { convert } from "../../src/weights/dtype.ts";
import { QuantizeThreads } from "../../src/weights/quantize_threads.ts";
import { quantizeStored } from "../../src/weights/stored_rows.ts";

const COLS = 1000;
const threads = new QuantizeThreads();
afterAll(() => threads.close());

/** Rows of bf16, each call's own. */
function storedRows(rows: number, seed: number, dtype: QuantizedDtype) {
  const values = new Data(seed).floats(rows * COLS);
  const { buffer } = new Uint8Array(convert(new Uint8Array(values.buffer), "f32", "bf16"));
  return { buffer, rows, cols: COLS, stored: "bf16", dtype } as const;
}

test("rows that go through threads are those that do not, each answer with its question", async () => {
  // The last is too small for a thread.
  const pieces = [700, 600, 800, 601, 5].flatMap((rows, i) =>
    (["int8", "int4"] as const).map((dtype) => ({ rows, seed: i, dtype })),
  );
  const answers = await Promise.all(
    pieces.map(({ rows, seed, dtype }) => threads.quantize(storedRows(rows, seed, dtype))),
  );
  pieces.forEach(({ rows, seed, dtype }, i) => {
    expect(Buffer.compare(answers[i]!, quantizeStored(storedRows(rows, seed, dtype)))).toBe(0);
  });
});

test("what cannot be quantised is refused, and the thread goes on", async () => {
  for (const rows of [5, 700]) {
    const bad = storedRows(rows, 1, "int8");
    new Uint16Array(bad.buffer)[rows * COLS - 3] = 0x7fc0;
    const good = storedRows(rows, 2, "int8");
    const answers = await Promise.allSettled([threads.quantize(bad), threads.quantize(good)]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(String((answers[0] as PromiseRejectedResult).reason)).toMatch(/expected .* received NaN/);
  }
});

test("what is being quantised when the threads are closed is given up", async () => {
  const closing = new QuantizeThreads();
  const given = closing.quantize(storedRows(700, 3, "int4"));
  closing.close();
  expect(given).rejects.toThrow("ended");
});
