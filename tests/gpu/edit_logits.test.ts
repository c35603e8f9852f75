import { expect, test } from "bun:test";
import type { Device } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { type EditedRow, editLogitsScenario, randomEdits } from "../../src/selftest/cases/edit_logits.ts";
import { Data } from "../../src/selftest/data.ts";
import { runScenario } from "../../src/selftest/scenario.ts";
import { describeGpu, devices } from "./devices.ts";

async function edit(device: Device, logits: Float32Array, rows: readonly EditedRow[]): Promise<Float32Array> {
  return new Float32Array((await runScenario(device, editLogitsScenario(logits, rows))).get("logits")!.slice().buffer);
}

describeGpu("edits of logits on the GPU", () => {
  test("are the reference's, of random shapes", async () => {
    const data = new Data(21);
    for (let i = 0; i < 12; i++) {
      const vocab = data.random.integer(1, 900);
      const rows = randomEdits(data, vocab, data.random.integer(1, 7));
      const logits = data.floats(vocab * rows.length, 15);
      const expected = await edit(openReferenceDevice(), logits, rows);
      const actual = await edit(devices[0]!, logits, rows);
      for (let k = 0; k < expected.length; k++) {
        // Division is only good to 2.5 units in the last place.
        if (actual[k] !== expected[k]) expect(Math.abs(actual[k]! - expected[k]!)).toBeLessThan(4e-5);
      }
    }
  }, 240_000);

  test("of a row are the same bits whatever its neighbours ask for", async () => {
    const data = new Data(22);
    const vocab = 333;
    const rows = randomEdits(data, vocab, 6);
    const logits = data.floats(vocab * 6, 15);
    const whole = await edit(devices[0]!, logits, rows);
    for (const row of [4, 0, 2]) {
      const own = logits.slice(row * vocab, (row + 1) * vocab);
      expect(await edit(devices[1]!, own, [rows[row]!])).toEqual(whole.slice(row * vocab, (row + 1) * vocab));
    }
  }, 240_000);

  test("leave alone what no list names", async () => {
    const data = new Data(23);
    const logits = data.floats(2 * 100, 15);
    const edited = await edit(devices[0]!, logits, [{ seen: [[7, 1]], presence: 1 }, {}]);
    const changed = [...edited.keys()].filter((i) => edited[i] !== logits[i]);
    expect(changed).toEqual([7]);
  });
});
