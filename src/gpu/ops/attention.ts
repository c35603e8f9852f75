import { attentionLanes } from "../../../kernels/attention_lanes.ts";
import { attentionMatrix } from "../../../kernels/attention_matrix.ts";
import { attentionMerge } from "../../../kernels/attention_merge.ts";
import { attentionRows } from "../../../kernels/attention_rows.ts";
import { attentionSplit, PARTITION } from "../../../kernels/attention_split.ts";
import type { Packed } from "../../../kernels/define.ts";
import { type MatrixUnit, unitConstants } from "../../../kernels/lib/products.ts";
import type { AttentionArgs, DeviceBuffer, StepShape } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import type { Lanes } from "./product.ts";

/** Room for the partitions of split rows; rows that do not fit take the looping kernel, to the same bits. */
const PARTIAL_BYTES = 64 << 20;

/** Workgroups of decode rows from which the looping kernel alone keeps a GPU busy. */
const BUSY = 1024;

/**
 * Heads that share what is loaded of K and V, at most. On a GPU more do not fit into 16 KiB of workgroup memory with heads
 * of 256.
 */
const MOST_HEADS: Readonly<Record<Lanes, number>> = { simd8: 6, simd4: 8, gpu: 8 };

/** Heads times rows of a prefill that do: more take longer to compile than they gain on a CPU. */
const MOST_QUERIES: Readonly<Record<Lanes, number>> = { simd8: 6, simd4: 4, gpu: 4 };

/** Queries that are served together: those of `rows` rows and `group` heads that share a KV head. */
interface Tile {
  readonly group: number;
  readonly rows: number;
  /** Whether the rows are those after the decodes. */
  readonly skipDecodes: boolean;
}

/** Binds attention operations, which share one pair of buffers for the partitions of split rows. */
export class Attention {
  readonly #binder: Binder;
  readonly #allocate: (label: string, bytes: number) => DeviceBuffer;
  readonly #lanes: Lanes;
  readonly #unit: MatrixUnit | null;
  readonly #partials = new Map<number, { values: DeviceBuffer; softmax: DeviceBuffer }>();

  constructor(
    binder: Binder,
    allocate: (label: string, bytes: number) => DeviceBuffer,
    lanes: Lanes,
    unit: MatrixUnit | null,
  ) {
    this.#binder = binder;
    this.#allocate = allocate;
    this.#lanes = lanes;
    this.#unit = unit;
  }

  op(name: string, args: AttentionArgs): GpuOp {
    const unit = this.#unit && this.#takes(this.#unit, args) ? this.#unit : null;
    const group = groupOf(args.heads / args.kv.kvHeads, unit ? unit.m : MOST_HEADS[this.#lanes]);
    const queries = unit ? unit.m : MOST_QUERIES[this.#lanes];
    const tile: Tile = { group, rows: Math.max(1, Math.floor(queries / group)), skipDecodes: true };
    const single: Tile = { group, rows: 1, skipDecodes: false };
    const prefillRows = ({ rows, decodeRows }: StepShape) => rows - decodeRows;
    if (this.#lanes === "simd8" && !unit) {
      const dispatches = [
        this.#lanesOf(name, args, single, ({ decodeRows }) => decodeRows),
        this.#lanesOf(name, args, tile, prefillRows),
      ];
      return { name, dispatches };
    }
    const capacity = this.#capacity(args, group);
    const splits = ({ decodeRows, maxContext }: StepShape) => {
      const partitions = Math.ceil(maxContext / PARTITION);
      const fits = decodeRows * args.heads * partitions <= capacity;
      return partitions > 1 && (decodeRows * args.heads) / group < BUSY && fits;
    };
    const split = (step: StepShape) => (splits(step) ? step.decodeRows : 0);
    const whole = (step: StepShape) => (splits(step) ? 0 : step.decodeRows);
    const merged = this.#merge(name, args, capacity, split);
    if (unit) {
      const matrix = (queries: Tile, partitions: "split" | "looped", rows: (step: StepShape) => number) =>
        this.#matrix(name, args, unit, queries, partitions, capacity, rows);
      const dispatches = [matrix(single, "split", split), merged];
      return {
        name,
        dispatches: [...dispatches, matrix(single, "looped", whole), matrix(tile, "looped", prefillRows)],
      };
    }
    const dispatches = [
      this.#split(name, args, group, capacity, split),
      merged,
      this.#loop(name, args, single, whole),
      this.#loop(name, args, tile, prefillRows),
    ];
    return { name, dispatches };
  }

  /** Whether the adapter has room for what a workgroup of `attention_matrix` shares. */
  #takes({ m, n, k, lanes }: MatrixUnit, { kv }: AttentionArgs): boolean {
    const padded = Math.ceil(kv.headDim / Math.max(n, k)) * Math.max(n, k);
    const vectors = (m + PARTITION) * (padded + 8) * 2;
    const weights = m * (PARTITION + 8) * 2;
    const results = m * Math.max(PARTITION, padded) * 4;
    const rest = 3 * PARTITION * 4 + 4 * lanes * 4 + 2 * m * 4;
    const { maxWorkgroupBytes, maxStorageBuffers } = this.#binder.limits;
    const walkers = (4 * lanes) / m;
    return (
      (PARTITION / 4) % walkers === 0 &&
      vectors + weights + results + rest <= maxWorkgroupBytes &&
      Object.keys(attentionMatrix.buffers).length <= maxStorageBuffers
    );
  }

  /** On matrix units, a workgroup a tile: looping over its partitions, or one of them. */
  #matrix(
    name: string,
    args: AttentionArgs,
    unit: MatrixUnit,
    tile: Tile,
    partitions: "split" | "looped",
    capacity: number,
    rows: (step: StepShape) => number,
  ): Dispatch {
    const { values, softmax } = this.#partialsFor(capacity, args.kv.headDim);
    const { packed, constants } = specialisationOf(args, tile, keysOf(args.kv));
    const split = partitions === "split";
    const params = { ...paramsOf(args), skip_decodes: Number(tile.skipDecodes), split: Number(split) };
    const buffers = { ...inputsOf(args), partials: values, softmax, out: args.out };
    return {
      shader: this.#binder.shader(attentionMatrix, { packed, constants: { ...constants, ...unitConstants(unit) } }),
      group: this.#binder.group(name, attentionMatrix, params, buffers),
      grid: (step) => [
        args.heads / tile.group,
        Math.ceil(rows(step) / tile.rows),
        split ? Math.ceil(step.maxContext / PARTITION) : 1,
      ],
    };
  }

  /**
   * A subgroup a tile. On lavapipe it takes a quarter to a third of the time of a lane for each row and head (12 heads of 64
   * in groups of 3, f16).
   */
  #lanesOf(name: string, args: AttentionArgs, tile: Tile, rows: (step: StepShape) => number): Dispatch {
    const params = { ...paramsOf(args), first_row: Number(tile.skipDecodes) };
    return {
      shader: this.#binder.shader(attentionLanes, specialisationOf(args, tile, args.kv.dtype)),
      group: this.#binder.group(name, attentionLanes, params, { ...inputsOf(args), out: args.out }),
      grid: (step) => [args.heads / tile.group, Math.ceil(rows(step) / tile.rows), 1],
    };
  }

  /** A workgroup a tile, of `rows` rows, looping over their partitions. */
  #loop(name: string, args: AttentionArgs, tile: Tile, rows: (step: StepShape) => number): Dispatch {
    const params = { ...paramsOf(args), skip_decodes: Number(tile.skipDecodes) };
    return {
      shader: this.#binder.shader(attentionRows, specialisationOf(args, tile, keysOf(args.kv))),
      group: this.#binder.group(name, attentionRows, params, { ...inputsOf(args), out: args.out }),
      grid: (step) => [args.heads / tile.group, Math.ceil(rows(step) / tile.rows), 1],
    };
  }

  /** A workgroup for each partition of the first `rows` rows. */
  #split(
    name: string,
    args: AttentionArgs,
    group: number,
    capacity: number,
    rows: (step: StepShape) => number,
  ): Dispatch {
    const { values, softmax } = this.#partialsFor(capacity, args.kv.headDim);
    const buffers = { ...inputsOf(args), partials: values, softmax };
    return {
      shader: this.#binder.shader(attentionSplit, specialisationOf(args, { group, rows: 1 }, keysOf(args.kv))),
      group: this.#binder.group(name, attentionSplit, paramsOf(args), buffers),
      grid: (step) => [Math.ceil(step.maxContext / PARTITION), args.heads / group, rows(step)],
    };
  }

  /** The joining of split rows' partitions. */
  #merge(
    name: string,
    { heads, kv, positions, out }: AttentionArgs,
    capacity: number,
    rows: (step: StepShape) => number,
  ): Dispatch {
    const { values, softmax } = this.#partialsFor(capacity, kv.headDim);
    const params = { heads, dim4: kv.headDim / 4 };
    return {
      shader: this.#binder.shader(attentionMerge),
      group: this.#binder.group(name, attentionMerge, params, { positions, partials: values, softmax, out }),
      grid: (step) => [heads, rows(step), 1],
    };
  }

  /** Partitions that there is room for: all that rows short of BUSY can have, if PARTIAL_BYTES hold them. */
  #capacity({ out, heads, kv, maxBlocksPerSeq }: AttentionArgs, group: number): number {
    const maxRows = Math.floor(out.bytes / (heads * kv.headDim * 4));
    const maxPartitions = Math.ceil((maxBlocksPerSeq * kv.blockSize) / PARTITION);
    const room = Math.floor(Math.min(PARTIAL_BYTES, this.#binder.limits.maxBytes) / (kv.headDim * 4));
    return Math.min(room, Math.min(maxRows * heads, BUSY * group) * maxPartitions);
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
function groupOf(heads: number, most: number): number {
  let group = Math.min(heads, most);
  while (heads % group !== 0) group--;
  return group;
}

/** K of f16 in loads of 16 bytes, where vectors are made of these. `attention_lanes` gathers elements, whatever the load. */
function keysOf({ dtype, headDim }: AttentionArgs["kv"]): Packed {
  return dtype === "f16" && headDim % 8 === 0 ? "f16x8" : dtype;
}

function specialisationOf({ kv }: AttentionArgs, { group, rows }: Pick<Tile, "group" | "rows">, packed: Packed) {
  return { packed, constants: { DIM4: kv.headDim / 4, GROUP: group, ROWS: rows } };
}

function paramsOf({ heads, kv, maxBlocksPerSeq, scale }: AttentionArgs) {
  const { kvHeads, headDim, blockSize } = kv;
  return { heads, kv_heads: kvHeads, dim4: headDim / 4, block_size: blockSize, max_blocks: maxBlocksPerSeq, scale };
}

function inputsOf({ q, keys, values, positions, sequences, blockTables }: AttentionArgs) {
  return { q, keys, values, positions, sequences, block_tables: blockTables };
}
