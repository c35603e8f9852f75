import { attentionMerge } from "../../../kernels/attention_merge.ts";
import { attentionRows } from "../../../kernels/attention_rows.ts";
import { attentionSplit, PARTITION } from "../../../kernels/attention_split.ts";
import type { AttentionArgs, DeviceBuffer, StepShape } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

/** Room for the partitions of split rows; rows that do not fit take the looping kernel, to the same bits. */
const PARTIAL_BYTES = 64 << 20;

/** Rows times heads from which the looping kernel alone keeps the adapter busy. */
const BUSY_CPU = 8;
const BUSY_GPU = 1024;

/** Binds attention operations, which share one pair of buffers for the partitions of split rows. */
export class Attention {
  readonly #binder: Binder;
  readonly #allocate: (label: string, bytes: number) => DeviceBuffer;
  readonly #busy: number;
  readonly #partials = new Map<number, { values: DeviceBuffer; softmax: DeviceBuffer }>();

  constructor(binder: Binder, allocate: (label: string, bytes: number) => DeviceBuffer, isCpu: boolean) {
    this.#binder = binder;
    this.#allocate = allocate;
    this.#busy = isCpu ? BUSY_CPU : BUSY_GPU;
  }

  op(name: string, args: AttentionArgs): GpuOp {
    const { out, q, keys, values, kv, heads, scale, positions, sequences, blockTables, maxBlocksPerSeq } = args;
    const dim4 = kv.headDim / 4;
    const common = {
      heads,
      kv_heads: kv.kvHeads,
      dim4,
      block_size: kv.blockSize,
      max_blocks: maxBlocksPerSeq,
      scale,
    };
    const inputs = { q, keys, values, positions, sequences, block_tables: blockTables };
    const packed = kv.dtype;
    const maxRows = out.bytes / (heads * kv.headDim * 4);
    const maxPartitions = Math.ceil((maxBlocksPerSeq * kv.blockSize) / PARTITION);
    const capacity = Math.floor(
      Math.min(PARTIAL_BYTES / (kv.headDim * 4), Math.min(maxRows * heads, this.#busy) * maxPartitions),
    );
    const partials = this.#partialsFor(capacity, kv.headDim);

    const partitions = ({ maxContext }: StepShape) => Math.ceil(maxContext / PARTITION);
    const splits = (step: StepShape) => {
      const lanes = step.decodeRows * heads;
      return partitions(step) > 1 && lanes < this.#busy && lanes * partitions(step) <= capacity;
    };
    const rowsShader = this.#binder.shader(attentionRows, { packed });
    const rowsGroup = (skip: 0 | 1) =>
      this.#binder.group(name, attentionRows, { ...common, skip_decodes: skip }, { ...inputs, out });
    const split = this.#binder.group(name, attentionSplit, common, {
      ...inputs,
      partials: partials.values,
      softmax: partials.softmax,
    });
    const merge = this.#binder.group(
      name,
      attentionMerge,
      { heads, dim4 },
      { positions, partials: partials.values, softmax: partials.softmax, out },
    );
    return {
      name,
      dispatches: [
        {
          shader: this.#binder.shader(attentionSplit, { packed }),
          group: split,
          grid: (step) => [partitions(step), heads, splits(step) ? step.decodeRows : 0],
        },
        {
          shader: this.#binder.shader(attentionMerge),
          group: merge,
          grid: (step) => [heads, splits(step) ? step.decodeRows : 0, 1],
        },
        {
          shader: rowsShader,
          group: rowsGroup(1),
          grid: (step) => [heads, splits(step) ? step.rows - step.decodeRows : 0, 1],
        },
        { shader: rowsShader, group: rowsGroup(0), grid: (step) => [heads, splits(step) ? 0 : step.rows, 1] },
      ],
    };
  }

  #partialsFor(capacity: number, headDim: number) {
    const bytes = capacity * headDim * 4;
    let partials = this.#partials.get(bytes);
    if (!partials) {
      partials = {
        values: this.#allocate("attention partitions", bytes),
        softmax: this.#allocate("attention partitions' softmax", capacity * 8),
      };
      this.#partials.set(bytes, partials);
    }
    return partials;
  }
}
