import type { LinearSlot, ModelSpec, NormSlot, TensorSlot } from "../contracts/model_spec.ts";
import { type Checkpoint, CheckpointError, type TensorInfo } from "../contracts/weights.ts";
import { weightDtype } from "./dtype.ts";

/** Does a checkpoint hold what a model needs, no less and nothing that would be left out of the computation? */

/** Tables that older exporters saved beside the weights; positions are computed from config.json. */
const DERIVED = /\.rotary_emb\.(inv_freq|cos_cached|sin_cached)$/;

/**
 * Checks that every slot of the model has its tensor, in the right shape and a dtype that is computed with, and that
 * no tensor is left over. Returns the checkpoint under the slots' names: the loader reads from that one, since files
 * may use another spelling (ModelSpec.renames). Throws CheckpointError naming file and tensor.
 */
export function checkFit(spec: ModelSpec, checkpoint: Checkpoint): Checkpoint {
  const fitted = underSlotNames(spec, checkpoint);
  const left = new Set(fitted.tensors.keys());
  for (const slot of slotsOf(spec)) {
    const tensor = fitted.tensors.get(slot.name);
    if (!tensor) {
      const shape = `expected ${spec.architecture} to have it in shape [${slot.shape.join(", ")}]`;
      throw new CheckpointError(`Cannot load ${checkpoint.directory}: tensor "${slot.name}" is missing: ${shape}`);
    }
    checkTensor(slot, tensor);
    left.delete(slot.name);
  }
  const extra = [...left].find((name) => !DERIVED.test(name) && otherName(spec, name) === name);
  if (extra !== undefined)
    throw new CheckpointError(
      `Cannot load ${fitted.tensors.get(extra)!.file}: tensor "${extra}": ` +
        `${spec.architecture} with this config.json has no place for it`,
    );
  return fitted;
}

function checkTensor(slot: TensorSlot, tensor: TensorInfo): void {
  const refuse = (expected: string, received: string): never => {
    throw new CheckpointError(
      `Cannot load ${tensor.file}: tensor "${tensor.name}": expected ${expected}: received ${received}`,
    );
  };
  const shape = tensor.shape.join(", ");
  if (shape !== slot.shape.join(", ")) refuse(`shape [${slot.shape.join(", ")}]`, `[${shape}]`);
  if (!weightDtype(tensor.dtype)) refuse("dtype F32, F16 or BF16", tensor.dtype);
  const columns = tensor.shape.at(-1)!;
  if (tensor.shape.length === 2 && columns % 4 !== 0)
    refuse("a multiple of 4 columns, since kernels read four weights at once", `${columns}`);
}

/** Every tensor that the model needs. */
export function* slotsOf(spec: ModelSpec): Generator<TensorSlot, void, undefined> {
  yield spec.embedding;
  if (spec.positions.kind === "learned") yield spec.positions.table;
  for (const { attentionNorm, q, k, v, o, mlpNorm, mlp } of spec.layers) {
    for (const module of [attentionNorm, q, k, v, o, mlpNorm]) yield* moduleSlots(module);
    if (mlp.kind === "gated") yield* moduleSlots(mlp.gate);
    yield* moduleSlots(mlp.up);
    yield* moduleSlots(mlp.down);
  }
  yield* moduleSlots(spec.finalNorm);
  if (spec.head) yield* moduleSlots(spec.head);
}

function* moduleSlots({ weight, bias }: LinearSlot | NormSlot): Generator<TensorSlot, void, undefined> {
  yield weight;
  if (bias) yield bias;
}

function otherName(spec: ModelSpec, name: string): string {
  const rule = spec.renames.find(({ from }) => name.startsWith(from));
  return rule ? rule.to + name.slice(rule.from.length) : name;
}

function underSlotNames(spec: ModelSpec, checkpoint: Checkpoint): Checkpoint {
  const slotName = (name: string) => {
    const other = otherName(spec, name);
    return checkpoint.tensors.has(other) ? name : other;
  };
  const stored = new Map([...checkpoint.tensors.keys()].map((name) => [slotName(name), name]));
  if ([...stored].every(([slot, name]) => slot === name)) return checkpoint;
  return {
    directory: checkpoint.directory,
    config: checkpoint.config,
    tensors: new Map([...stored].map(([slot, name]) => [slot, checkpoint.tensors.get(name)!])),
    read: (slot) => checkpoint.read(stored.get(slot) ?? slot),
    close: () => checkpoint.close(),
  };
}
