import { attentionLanes } from "../../../kernels/attention_lanes.ts";
import { attentionMerge } from "../../../kernels/attention_merge.ts";
import { attentionRows } from "../../../kernels/attention_rows.ts";
import { attentionSplit, PARTITION } from "../../../kernels/attention_split.ts";
import type { AttentionArgs, DeviceBuffer, StepShape } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import type { Lanes } from "./product.ts";

/** Room for the partitions of split rows; rows that do not fit take the looping kernel, to the same bits. */
const PARTIAL_BYTES = 64 << 20;

/** Rows times heads from which the looping kernel alone keeps a GPU busy. */
const BUSY = 1024;

/** Queries of one subgroup of attention_lanes: more take longer to compile than they gain. */
const MOST_QUERIES = 6;

/** Binds attention operations, which share one pair of buffers for the partitions of split rows. */
export class Attention {
  readonly #binder: Binder;
  readonly #allocate: (label: string, bytes: number) => DeviceBuffer;
  readonly #lanes: Lanes;
  readonly #partials = new Map<number, { values: DeviceBuffer; softmax: DeviceBuffer }>();

  constructor(binder: Binder, allocate: (label: string, bytes: number) => DeviceBuffer, lanes: Lanes) {
    this.#binder = binder;
    this.#allocate = allocate;
    this.#lanes = lanes;
  }

  op(name: string, args: AttentionArgs): GpuOp {
    const { heads } = args;
    if (this.#lanes === "simd8") {
      const group = groupOf(heads / args.kv.kvHeads);
      const tile = Math.max(1, Math.floor(MOST_QUERIES / group));
      return {
        name,
        dispatches: [
          this.#tiles(name, args, group, 1, false, ({ decodeRows }) => decodeRows),
          this.#tiles(name, args, group, tile, true, ({ rows, decodeRows }) => rows - decodeRows),
        ],
      };
    }
    const capacity = this.#capacity(args);
    const splits = ({ decodeRows, maxContext }: StepShape) => {
      const pairs = decodeRows * heads;
      const partitions = Math.ceil(maxContext / PARTITION);
      return partitions > 1 && pairs < BUSY && pairs * partitions <= capacity;
    };
    const dispatches = [
      ...this.#split(name, args, capacity, (step) => (splits(step) ? step.decodeRows : 0)),
      this.#loop(name, args, true, (step) => (splits(step) ? step.rows - step.decodeRows : 0)),
      this.#loop(name, args, false, (step) => (splits(step) ? 0 : step.rows)),
    ];
    return { name, dispatches };
  }

  /**
   * A subgroup for `group` heads of `tile` rows: `rows` of them, the first ones or those after the decodes. On lavapipe it
   * takes a quarter to a third of the time of a lane for each row and head (12 heads of 64 in groups of 3, f16).
   */
  #tiles(
    name: string,
    args: AttentionArgs,
    group: number,
    tile: number,
    skipDecodes: boolean,
    rows: (step: StepShape) => number,
  ): Dispatch {
    const { heads, kv, out } = args;
    const constants = { DIM4: kv.headDim / 4, GROUP: group, ROWS: tile };
    const params = { ...paramsOf(args), first_row: Number(skipDecodes) };
    return {
      shader: this.#binder.shader(attentionLanes, { packed: kv.dtype, constants }),
      group: this.#binder.group(name, attentionLanes, params, { ...inputsOf(args), out }),
      grid: (step) => [heads / group, Math.ceil(rows(step) / tile), 1],
    };
  }

  /** The looping kernel on `rows` rows: from the first, or from the first that is no decode. */
  #loop(name: string, args: AttentionArgs, skipDecodes: boolean, rows: (step: StepShape) => number): Dispatch {
    const params = { ...paramsOf(args), skip_decodes: Number(skipDecodes) };
    return {
      shader: this.#binder.shader(attentionRows, { packed: args.kv.dtype }),
      group: this.#binder.group(name, attentionRows, params, { ...inputsOf(args), out: args.out }),
      grid: (step) => [args.heads, rows(step), 1],
    };
  }

  /** The partitions of the first `rows` rows, then their joining. */
  #split(name: string, args: AttentionArgs, capacity: number, rows: (step: StepShape) => number): Dispatch[] {
    const { heads, kv, positions, out } = args;
    const { values, softmax } = this.#partialsFor(capacity, kv.headDim);
    const partials = { partials: values, softmax };
    return [
      {
        shader: this.#binder.shader(attentionSplit, { packed: kv.dtype }),
        group: this.#binder.group(name, attentionSplit, paramsOf(args), { ...inputsOf(args), ...partials }),
        grid: (step) => [Math.ceil(step.maxContext / PARTITION), heads, rows(step)],
      },
      {
        shader: this.#binder.shader(attentionMerge),
        group: this.#binder.group(
          name,
          attentionMerge,
          { heads, dim4: kv.headDim / 4 },
          { positions, ...partials, out },
        ),
        grid: (step) => [heads, rows(step), 1],
      },
    ];
  }

  /** Partitions that there is room for: all that rows short of BUSY can have, if PARTIAL_BYTES hold them. */
  #capacity({ out, heads, kv, maxBlocksPerSeq }: AttentionArgs): number {
    const maxRows = Math.floor(out.bytes / (heads * kv.headDim * 4));
    const maxPartitions = Math.ceil((maxBlocksPerSeq * kv.blockSize) / PARTITION);
    const room = Math.floor(Math.min(PARTIAL_BYTES, this.#binder.limits.maxBytes) / (kv.headDim * 4));
    return Math.min(room, Math.min(maxRows * heads, BUSY) * maxPartitions);
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

/** Heads of one KV head that are served together: all, or where these are many, as large a part as divides them. */
function groupOf(heads: number): number {
  let group = Math.min(heads, MOST_QUERIES);
  while (heads % group !== 0) group--;
  return group;
}

function paramsOf({ heads, kv, maxBlocksPerSeq, scale }: AttentionArgs) {
  const { kvHeads, headDim, blockSize } = kv;
  return { heads, kv_heads: kvHeads, dim4: headDim / 4, block_size: blockSize, max_blocks: maxBlocksPerSeq, scale };
}

function inputsOf({ q, keys, values, positions, sequences, blockTables }: AttentionArgs) {
  return { q, keys, values, positions, sequences, block_tables: blockTables };
}
