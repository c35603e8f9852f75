import { type FileHandle, open, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseModel } from "../../models/registry.ts";
import type { LinearSlot, ModelSpec } from "../../src/contracts/model_spec.ts";
import type { Checkpoint } from "../../src/contracts/weights.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { convert, weightDtype } from "../../src/weights/dtype.ts";
import { checkFit } from "../../src/weights/fit.ts";
import { CONTRIB, type ExternalTensor, type GraphNode, onnxModel } from "./onnx.ts";

/**
 * Writes a LLaMA as an ONNX graph in f32, with the operators that ONNX Runtime's own exporter takes: one
 * GroupQueryAttention a layer that turns q and k and appends to the cache, norms that add the residual.
 *
 *     input_ids [batch, rows], seqlens_k [batch], total_sequence_length [1], past.N.key and .value
 *     -> next_ids [batch], present.N.key and .value
 *
 * Weights lie in `file`.weights. Throws where the model has what this does not write.
 */
export async function convertToOnnx(directory: string, file: string): Promise<void> {
  const opened = await openCheckpoint(directory);
  const handle = await open(`${file}.weights`, "w");
  try {
    const spec = parseModel(opened.config);
    const tensors = new Tensors(checkFit(spec, opened), handle);
    const nodes = await graphNodes(spec, tensors);
    const cache = (kind: string, tokens: string) =>
      spec.layers.flatMap((_, i) =>
        ["key", "value"].map((part) => ({
          name: `${kind}.${i}.${part}`,
          element: "f32" as const,
          shape: ["batch", spec.numKvHeads, tokens, spec.headDim],
        })),
      );
    const graph = {
      nodes,
      external: tensors.written,
      constants: { last: [-1] },
      inputs: [
        { name: "input_ids", element: "i64", shape: ["batch", "rows"] },
        { name: "seqlens_k", element: "i32", shape: ["batch"] },
        { name: "total_sequence_length", element: "i32", shape: [1] },
        ...cache("past", "past_tokens"),
      ],
      outputs: [{ name: "next_ids", element: "i64", shape: ["batch", 1] }, ...cache("present", "tokens")],
    } as const;
    await writeFile(file, onnxModel(graph, basename(`${file}.weights`)));
  } finally {
    await handle.close();
    await opened.close();
  }
}

async function graphNodes(spec: ModelSpec, tensors: Tensors): Promise<GraphNode[]> {
  if (spec.architecture !== "LlamaForCausalLM" || spec.norm.kind !== "rms" || spec.activation !== "silu") {
    throw new Error(`Cannot write this model as ONNX: expected a LLaMA with SiLU: received ${spec.architecture}`);
  }
  await writeRotation(spec, tensors);
  const nodes: GraphNode[] = [];
  const node = (op: string, inputs: readonly string[], outputs: readonly string[], rest: Partial<GraphNode> = {}) => {
    nodes.push({ op, inputs, outputs, ...rest });
    return outputs[0]!;
  };
  const epsilon = { attributes: { epsilon: spec.norm.epsilon }, floats: ["epsilon"] };
  const product = async (x: string, { weight, bias }: LinearSlot, out: string) => {
    if (bias) throw new Error(`Cannot write this model as ONNX: ${bias.name} is a bias`);
    return node("MatMul", [x, await tensors.turned(weight.name)], [out]);
  };
  // Each norm but the first also adds what the layer before it computed to the residual.
  const normed = async (weight: string, out: string, residual: string, added: string | null) => {
    const gamma = await tensors.whole(weight);
    if (added === null) return node("SimplifiedLayerNormalization", [residual, gamma], [out], epsilon);
    const outputs = [out, "", "", `${out}.residual`];
    return node("SkipSimplifiedLayerNormalization", [residual, added, gamma], outputs, { domain: CONTRIB, ...epsilon });
  };

  let residual = node("Gather", [await tensors.whole(spec.embedding.name), "input_ids"], ["embedded"]);
  let added: string | null = null;
  for (const [i, layer] of spec.layers.entries()) {
    const { mlp } = layer;
    if (mlp.kind !== "gated") throw new Error("Cannot write this model as ONNX: its MLP is not gated");
    const at = (name: string) => `${i}.${name}`;
    const h = await normed(layer.attentionNorm.weight.name, at("h"), residual, added);
    if (added !== null) residual = `${h}.residual`;
    const q = await product(h, layer.q, at("q"));
    const k = await product(h, layer.k, at("k"));
    const v = await product(h, layer.v, at("v"));
    const attended = node(
      "GroupQueryAttention",
      [q, k, v, `past.${i}.key`, `past.${i}.value`, "seqlens_k", "total_sequence_length", "cosines", "sines"],
      [at("attended"), `present.${i}.key`, `present.${i}.value`],
      { domain: CONTRIB, attributes: { num_heads: spec.numHeads, kv_num_heads: spec.numKvHeads, do_rotary: 1 } },
    );
    const o = await product(attended, layer.o, at("o"));
    const m = await normed(layer.mlpNorm.weight.name, at("m"), residual, o);
    residual = `${m}.residual`;
    const gate = await product(m, mlp.gate, at("gate"));
    const up = await product(m, mlp.up, at("up"));
    const silu = node("Mul", [gate, node("Sigmoid", [gate], [at("sigmoid")])], [at("silu")]);
    added = await product(node("Mul", [silu, up], [at("inner")]), mlp.down, at("down"));
  }
  const final = await normed(spec.finalNorm.weight.name, "final", residual, added);
  // [batch, 1, hidden]: only what follows the last row is asked for.
  const last = node("Gather", [final, "last"], ["last_rows"], { attributes: { axis: 1 } });
  const logits = await product(last, spec.head ?? { weight: spec.embedding }, "logits");
  node("ArgMax", [logits], ["next_ids"], { attributes: { axis: 2, keepdims: 0 } });
  return nodes;
}

async function writeRotation({ positions, maxPositions, headDim }: ModelSpec, tensors: Tensors): Promise<void> {
  if (positions.kind !== "rope" || positions.amplitude !== 1) {
    throw new Error("Cannot write this model as ONNX: its positions are not rotary, or scaled");
  }
  const half = headDim / 2;
  for (const [name, of] of [
    ["cosines", Math.cos],
    ["sines", Math.sin],
  ] as const) {
    const table = new Float32Array(maxPositions * half);
    for (let i = 0; i < table.length; i++)
      table[i] = of(Math.floor(i / half) * positions.inverseFrequencies[i % half]!);
    await tensors.add(name, [maxPositions, half], table);
  }
}

/** Writes tensors in f32 one after the other, each once. */
class Tensors {
  readonly written: ExternalTensor[] = [];
  readonly #checkpoint: Checkpoint;
  readonly #handle: FileHandle;
  #offset = 0;

  constructor(checkpoint: Checkpoint, handle: FileHandle) {
    this.#checkpoint = checkpoint;
    this.#handle = handle;
  }

  async add(name: string, shape: readonly number[], values: Float32Array): Promise<string> {
    this.written.push({ name, shape, offset: this.#offset });
    await this.#handle.writeFile(new Uint8Array(values.buffer));
    this.#offset += values.byteLength;
    return name;
  }

  async whole(name: string): Promise<string> {
    return this.add(name, this.#checkpoint.tensors.get(name)!.shape, await this.#read(name));
  }

  /** MatMul takes [inputs, outputs], the checkpoint has [outputs, inputs]. */
  async turned(name: string): Promise<string> {
    const [rows, cols] = this.#checkpoint.tensors.get(name)!.shape as [number, number];
    const values = await this.#read(name);
    const turned = new Float32Array(values.length);
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) turned[col * rows + row] = values[row * cols + col]!;
    }
    return this.add(`${name}.turned`, [cols, rows], turned);
  }

  async #read(name: string): Promise<Float32Array> {
    const { dtype, shape } = this.#checkpoint.tensors.get(name)!;
    const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    const bytes = new Uint8Array(values.buffer);
    let at = 0;
    for await (const chunk of this.#checkpoint.read(name)) {
      const converted = convert(chunk, weightDtype(dtype)!, "f32");
      bytes.set(converted, at);
      at += converted.length;
    }
    return values;
  }
}
