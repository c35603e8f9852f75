import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseModel } from "../../models/registry.ts";
import type { Device, DeviceBuffer } from "../../src/contracts/device.ts";
import { CheckpointError } from "../../src/contracts/weights.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { loadWeights } from "../../src/runner/load_weights.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { checkFit, slotsOf } from "../../src/weights/fit.ts";

const directory = await mkdtemp(join(tmpdir(), "octavo-load-"));
afterAll(() => rm(directory, { recursive: true }));

const config = {
  architectures: ["LlamaForCausalLM"],
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 10,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  vocab_size: 32000,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  hidden_act: "silu",
  tie_word_embeddings: true,
  bos_token_id: 1,
  eos_token_id: 2,
};

/** A checkpoint of the right shapes, all zeros, as a sparse file. */
async function writeSparseCheckpoint(): Promise<number> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const { name, shape } of slotsOf(parseModel(config))) {
    const begin = end;
    end += shape.reduce((product, extent) => product * extent, 2);
    header[name] = { dtype: "BF16", shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  const file = await open(join(directory, "model.safetensors"), "w");
  await file.write(length);
  await file.write(json);
  await file.truncate(8 + json.length + end);
  await file.close();
  await Bun.write(join(directory, "config.json"), JSON.stringify(config));
  return end;
}

/** Takes every byte and keeps none. */
function countingDevice(): Device & { written: number } {
  const device = {
    written: 0,
    allocate: (label: string, bytes: number): DeviceBuffer => ({ label, bytes }),
    write(_: DeviceBuffer, __: number, data: { byteLength: number }) {
      device.written += data.byteLength;
    },
    flush: async () => {},
  };
  return device as unknown as Device & { written: number };
}

describe("loadWeights", () => {
  test("streams a checkpoint of hundreds of megabytes through a few", async () => {
    const bytes = await writeSparseCheckpoint();
    expect(bytes).toBeGreaterThan(300e6);
    const spec = parseModel(config);
    const opened = await openCheckpoint(directory);
    const device = countingDevice();
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    let peak = 0;
    let last = { loadedBytes: 0, totalBytes: 1 };
    await loadWeights(spec, checkFit(spec, opened), device, { dtype: "auto", quantization: "none" }, (progress) => {
      peak = Math.max(peak, process.memoryUsage.rss());
      last = progress;
    });
    await opened.close();
    // Norms are widened to f32 on the way.
    const norms = 1024 * 2 * (2 * 10 + 1);
    expect(device.written).toBe(bytes + norms);
    expect(last.loadedBytes).toBe(last.totalBytes);
    expect((peak - before) / 1e6).toBeLessThan(100);
  });

  test("quantises as it streams", async () => {
    const stored = await writeSparseCheckpoint();
    const spec = parseModel(config);
    const opened = await openCheckpoint(directory);
    const device = countingDevice();
    Bun.gc(true);
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const { bytes } = await loadWeights(
      spec,
      checkFit(spec, opened),
      device,
      { dtype: "auto", quantization: "int8" },
      () => {
        // What a chunk leaves behind is garbage at once; what counts is what is kept.
        Bun.gc(true);
        peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      },
    );
    await opened.close();
    expect(device.written).toBe(bytes);
    // A byte and a 32nd of a scale's two for each weight's two.
    expect(bytes / stored).toBeCloseTo(34 / 64, 3);
    expect((peak - before) / 1e6).toBeLessThan(50);
  }, 60_000);

  test("names the tensor that cannot be quantised, whether a thread finds out or not", async () => {
    for (const rows of [8, 2048]) {
      const shape = { ...config, num_hidden_layers: 1, vocab_size: 64, intermediate_size: rows };
      const spec = parseModel(shape);
      const tensors = new Map(
        slotsOf(spec).map(({ name, shape }) => {
          const bytes = shape.reduce((product, extent) => product * extent, 2);
          return [name, { name, dtype: "BF16", shape, file: "", bytes }];
        }),
      );
      const checkpoint = {
        directory: "",
        config: shape,
        tensors,
        async *read(name: string) {
          const halves = new Uint16Array(tensors.get(name)!.bytes / 2);
          if (name.includes("down_proj")) halves[halves.length - 2] = 0x7fc0;
          yield new Uint8Array(halves.buffer);
        },
        close: async () => {},
      };
      const types = { dtype: "auto", quantization: "int4" } as const;
      const loading = loadWeights(spec, checkpoint, countingDevice(), types, () => {});
      expect(loading).rejects.toThrow(CheckpointError);
      expect(loading).rejects.toThrow(/Cannot quantise tensor ".*down_proj.*": expected .* received NaN/);
      await loading.catch(() => {});
    }
  });

  test("quantises the layers as asked for, the head to int8, and no table that is not the head", async () => {
    const dtypesOf = async (name: string, quantization: "none" | "int8" | "int4" | "w8a8") => {
      const opened = await openCheckpoint(join(import.meta.dir, "../golden", name));
      const spec = parseModel(opened.config);
      const types = { dtype: "auto", quantization } as const;
      const model = await loadWeights(spec, checkFit(spec, opened), openReferenceDevice(), types, () => {});
      await opened.close();
      const [{ qkv, o, mlp }] = model.layers as [(typeof model.layers)[0]];
      const up = mlp.kind === "gated" ? mlp.gateUp : mlp.up;
      const weights = [model.embedding, qkv.weight, o.weight, up.weight, mlp.down.weight, model.head.weight];
      const rounding = weights.map(({ roundsInput = false }) => roundsInput);
      return { dtypes: weights.map(({ dtype }) => dtype), rounding, tied: !spec.head, digest: model.digest };
    };
    const tied = await dtypesOf("llama-hd16", "int4");
    const untied = await dtypesOf("llama-hd64", "int4");
    expect([tied.tied, untied.tied]).toEqual([true, false]);
    expect(tied.dtypes).toEqual(["int8", "int4", "int4", "int4", "int4", "int8"]);
    expect(untied.dtypes).toEqual([untied.dtypes[0]!, "int4", "int4", "int4", "int4", "int8"]);
    expect(untied.dtypes[0]).toMatch(/^(b?f16|f32)$/);
    const names = ["none", "int8", "int4", "w8a8"] as const;
    const schemes = await Promise.all(names.map((scheme) => dtypesOf("llama-hd64", scheme)));
    // What names the KV cache's blocks on disk.
    expect(new Set(schemes.map(({ digest }) => digest)).size).toBe(4);
    expect(schemes[3]!.dtypes).toEqual(schemes[1]!.dtypes);
    expect(schemes.map(({ rounding }) => rounding.filter(Boolean).length)).toEqual([0, 0, 0, 5]);
    expect((await dtypesOf("llama-hd16", "w8a8")).rounding).toEqual(Array.from({ length: 6 }, () => true));
  });

  test("stacks q, k and v, and converts where a dtype is asked for", async () => {
    const golden = join(import.meta.dir, "../golden/qwen2-hd16");
    const opened = await openCheckpoint(golden);
    const spec = parseModel(opened.config);
    const checkpoint = checkFit(spec, opened);
    const device = openReferenceDevice();
    const model = await loadWeights(spec, checkpoint, device, { dtype: "f32", quantization: "none" }, () => {});
    const { qkv } = model.layers[0]!;
    const { numHeads, numKvHeads, headDim, hiddenSize } = spec;
    expect([qkv.weight.rows, qkv.weight.cols]).toEqual([(numHeads + 2 * numKvHeads) * headDim, hiddenSize]);
    expect(qkv.weight.dtype).toBe("f32");
    // The bias of v lies after those of q and k.
    const v = spec.layers[0]!.v.bias!;
    const stored: number[] = [];
    for await (const chunk of checkpoint.read(v.name)) stored.push(...chunk);
    const offset = (numHeads + numKvHeads) * headDim * 4;
    const bytes = await device.gather([{ buffer: qkv.bias!, offset, bytes: numKvHeads * headDim * 4 }]);
    const dtype = checkpoint.tensors.get(v.name)!.dtype;
    const expected =
      dtype === "F32"
        ? new Float32Array(new Uint8Array(stored).buffer)
        : dtype === "BF16"
          ? new Float32Array(
              Uint32Array.from(new Uint16Array(new Uint8Array(stored).buffer), (half) => half << 16).buffer,
            )
          : Float32Array.from(new Float16Array(new Uint8Array(stored).buffer));
    expect([...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)]).toEqual([...expected]);
    await opened.close();
  });
});
