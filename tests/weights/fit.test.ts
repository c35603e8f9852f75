import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseModel } from "../../models/registry.ts";
import { type Checkpoint, CheckpointError, type TensorInfo } from "../../src/contracts/weights.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { checkFit, slotsOf } from "../../src/weights/fit.ts";

const CONFIG = {
  architectures: ["LlamaForCausalLM"],
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  vocab_size: 10,
  tie_word_embeddings: true,
};
const SPEC = parseModel(CONFIG);

/** A checkpoint in memory that has every slot's tensor, with these changes; undefined takes one away. */
function checkpoint(changes: Readonly<Record<string, Partial<TensorInfo> | undefined>> = {}): Checkpoint {
  const tensors = new Map<string, TensorInfo>();
  const add = (name: string, more: Partial<TensorInfo>) =>
    tensors.set(name, { name, dtype: "F32", shape: [1], file: "dir/m.safetensors", bytes: 0, ...more });
  for (const { name, shape } of slotsOf(SPEC)) add(name, { shape });
  for (const [name, change] of Object.entries(changes))
    if (change) add(name, { ...tensors.get(name), ...change });
    else tensors.delete(name);
  const read = async function* (name: string) {
    yield new TextEncoder().encode(name);
  };
  return { directory: "dir", config: CONFIG, tensors, read, close: async () => {} };
}

const EMBEDDING = "model.embed_tokens.weight";
const UP = "model.layers.0.mlp.up_proj.weight";

describe("checkFit", () => {
  test("returns a checkpoint that fits as it is", () => {
    const fitting = checkpoint({ [UP]: { dtype: "BF16" }, "model.norm.weight": { dtype: "F16" } });
    expect(checkFit(SPEC, fitting)).toBe(fitting);
  });

  const refused: [string, Parameters<typeof checkpoint>[0], RegExp][] = [
    [
      "a missing tensor",
      { [UP]: undefined },
      /dir: tensor "model\.layers\.0\.mlp\.up_proj\.weight" is missing: .*\[12, 8\]/,
    ],
    [
      "another shape",
      { [UP]: { shape: [8, 12] } },
      /dir\/m\.safetensors: tensor ".*up_proj.*": expected shape \[12, 8\]: received \[8, 12\]/,
    ],
    ["another rank", { [UP]: { shape: [96] } }, /expected shape \[12, 8\]: received \[96\]/],
    ["another dtype", { [UP]: { dtype: "I8" } }, /"model.*up_proj.*": expected dtype F32, F16 or BF16: received I8/],
    [
      "a tensor without a slot",
      { "model.layers.0.self_attn.q_proj.bias": {} },
      /m\.safetensors: tensor ".*q_proj\.bias": .*no place/,
    ],
    ["a layer too many", { "model.layers.1.input_layernorm.weight": {} }, /tensor "model\.layers\.1/],
  ];
  for (const [what, changes, message] of refused)
    test(`refuses ${what}`, () => {
      expect(() => checkFit(SPEC, checkpoint(changes))).toThrow(CheckpointError);
      expect(() => checkFit(SPEC, checkpoint(changes))).toThrow(message);
    });

  test("refuses columns that are no multiple of 4", () => {
    const odd = parseModel({ ...CONFIG, hidden_size: 6, head_dim: 4 });
    const tensors = new Map<string, TensorInfo>();
    for (const { name, shape } of slotsOf(odd)) tensors.set(name, { name, shape, dtype: "F32", file: "m", bytes: 0 });
    expect(() => checkFit(odd, { ...checkpoint(), tensors })).toThrow(
      /embed_tokens.*multiple of 4 columns.*received 6/,
    );
  });

  test("passes over saved rotation tables and a second copy of a tied head", () => {
    const extra = { "model.layers.0.self_attn.rotary_emb.inv_freq": {}, "lm_head.weight": { shape: [10, 8] } };
    expect(() => checkFit(SPEC, checkpoint(extra))).not.toThrow();
    const untied = parseModel({ ...CONFIG, tie_word_embeddings: false });
    expect(() => checkFit(untied, checkpoint())).toThrow(/tensor "lm_head\.weight" is missing/);
  });

  test("finds a tied embedding that was saved as the head", async () => {
    const fitted = checkFit(SPEC, checkpoint({ [EMBEDDING]: undefined, "lm_head.weight": { shape: [10, 8] } }));
    expect(fitted.tensors.has(EMBEDDING)).toBe(true);
    for await (const chunk of fitted.read(EMBEDDING)) expect(new TextDecoder().decode(chunk)).toBe("lm_head.weight");
    for await (const chunk of fitted.read(UP)) expect(new TextDecoder().decode(chunk)).toBe(UP);
  });

  test("finds OPT's tensors without the leading module's name", async () => {
    const bare = await openCheckpoint(join(import.meta.dir, "../golden/opt-hd16"));
    const name = "decoder.embed_positions.weight";
    expect(bare.tensors.has(name)).toBe(true);
    const fitted = checkFit(parseModel(bare.config), bare);
    expect(fitted.tensors.get(`model.${name}`)?.shape).toEqual([98, 64]);
    await fitted.close();
  });
});
