import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeRandomModel } from "../../bench/lib/write_random_model.ts";
import { parseModel } from "../../models/registry.ts";
import type { DeviceBuffer } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { type LoadedModel, loadWeights } from "../../src/runner/load_weights.ts";
import { layOutWeights } from "../../src/runner/weights_layout.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";

const directory = mkdtempSync(join(tmpdir(), "octavo-layout-"));
afterAll(() => rmSync(directory, { recursive: true }));
const AS_STORED = { dtype: "auto", quantization: "none" } as const;
const TINY = { name: "tiny", layers: 2, hidden: 32, heads: 4, kvHeads: 2, headDim: 8, inner: 48, vocab: 64 };

function buffersOf({ embedding, layers, finalNorm }: Omit<LoadedModel, "digest">): DeviceBuffer[] {
  const inLayers = layers.flatMap(({ attentionNorm, qkv, o, mlpNorm, mlp }) => [
    attentionNorm.weight,
    qkv.weight.buffer,
    o.weight.buffer,
    mlpNorm.weight,
    ...(mlp.kind === "gated" ? [mlp.gateUp.weight.buffer] : []),
    mlp.down.weight.buffer,
  ]);
  return [embedding.buffer, ...inLayers, finalNorm.weight];
}

test("laid out and then filled, every buffer and the digest are as if loaded at once", async () => {
  await writeRandomModel(directory, TINY, "bf16", 1);
  const checkpoint = await openCheckpoint(directory);
  const spec = parseModel(checkpoint.config);
  const device = openReferenceDevice();
  const whole = await loadWeights(spec, checkpoint, device, AS_STORED, () => {});
  const { parts, fill } = await layOutWeights(spec, checkpoint, device, AS_STORED);
  const bytes = (buffer: DeviceBuffer) => device.gather([{ buffer, offset: 0, bytes: buffer.bytes }]);
  expect((await bytes(parts.embedding.buffer)).every((byte) => byte === 0)).toBe(true);
  expect(await fill(() => {})).toBe(await whole.digest);
  const [filled, expected] = [buffersOf(parts), buffersOf(whole)];
  expect(filled.length).toBe(2 + 2 * 6);
  for (const [i, buffer] of filled.entries()) expect(await bytes(buffer)).toEqual(await bytes(expected[i]!));
  await checkpoint.close();
});

test("what cannot be read rejects the filling", async () => {
  const checkpoint = await openCheckpoint(directory);
  const spec = parseModel(checkpoint.config);
  const broken = {
    ...checkpoint,
    tensors: checkpoint.tensors,
    read: () => {
      throw new Error("no disk");
    },
  };
  const { fill } = await layOutWeights(spec, broken, openReferenceDevice(), AS_STORED);
  await expect(fill(() => {})).rejects.toThrow("no disk");
  await checkpoint.close();
});
