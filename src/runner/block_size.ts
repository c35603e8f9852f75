import { Random } from "../base/random.ts";
import {
  type Device,
  type DeviceBuffer,
  type KvDtype,
  kvBlockBytes,
  type Op,
  type StepShape,
} from "../contracts/device.ts";

/** What of a model decides how fast attention walks its blocks. */
export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly kvDtype: KvDtype;
  /** Longest sequence in tokens. */
  readonly maxPositions: number;
}

/** How long attention takes at a block size, in any unit that all sizes share. */
export interface BlockSizeTiming {
  readonly blockSize: number;
  /** Many sequences, one row each, at a long context. */
  readonly decode: number;
  /** A chunk of one long prompt. */
  readonly prefill: number;
}

/** Those that `--block-size` takes. */
export const BLOCK_SIZES: readonly number[] = [8, 16, 32, 64];

/**
 * A size as good as the best one: attention is only a part of a step, and short measurements on a busy machine tell less
 * apart.
 */
const AS_GOOD = 1.1;

/**
 * The smallest size that is within 10 % of the best, decode and prefill weighed alike: small blocks waste less of the last
 * one and share more.
 */
export function chooseBlockSize(timings: readonly BlockSizeTiming[]): number {
  const decode = Math.min(...timings.map((timing) => timing.decode));
  const prefill = Math.min(...timings.map((timing) => timing.prefill));
  const costs = timings
    .map((timing) => ({ size: timing.blockSize, cost: timing.decode / decode + timing.prefill / prefill }))
    .sort((a, b) => a.size - b.size);
  const best = Math.min(...costs.map(({ cost }) => cost));
  return costs.find(({ cost }) => cost <= best * AS_GOOD)!.size;
}

const LONG_CONTEXT = 1024;
const SEQUENCES = 8;
const CHUNK = 64;
/** Bytes for K, and as many for V. */
const CACHE_BYTES = 16 << 20;
/** One measurement has about as many rows and repetitions as take this long: little beside the budget, much beside a call. */
const MEASUREMENT_MS = 1;
const MOST_REPEATS = 32;
/** All sizes take turns until this time is over, so that a disturbance hits none alone. */
const BUDGET_MS = 200;
const MOST_ROUNDS = 31;

/**
 * Measures attention on the device at every block size: the fastest runs, in milliseconds, since whatever
 * disturbs a run only ever adds to it. The kernels it compiles are the decoder's own: the block size is a parameter of
 * theirs.
 *
 * @param now milliseconds, monotonic
 */
export async function timeBlockSizes(
  device: Device,
  shape: AttentionShape,
  now: () => number,
): Promise<BlockSizeTiming[]> {
  const tasks = bindTasks(device, shape);
  await device.prepare(tasks.map(({ op }) => op));
  // Reading something back is what waits for the device.
  const result = [{ buffer: tasks[0]!.out, offset: 0, bytes: 4 }];
  const time = async ({ op, step }: Task, rows: number, repeats: number) => {
    const start = now();
    await device.run(new Array<Op>(repeats).fill(op), step(rows), result);
    return (now() - start) / repeats;
  };
  const start = now();
  // The first run of a kernel pays for more than the later ones.
  for (const task of tasks) await time(task, 1, 1);
  const loads = new Map<Task["kind"], { readonly rows: number; readonly repeats: number }>();
  for (const task of tasks.filter(({ blockSize }) => blockSize === BLOCK_SIZES[0])) {
    const wanted = Math.max(1, MEASUREMENT_MS / (await time(task, 1, 1)));
    const rows = Math.min(task.maxRows, Math.ceil(wanted));
    loads.set(task.kind, { rows, repeats: Math.min(MOST_REPEATS, Math.ceil(wanted / rows)) });
  }
  const runs = tasks.map((task) => ({ task, ...loads.get(task.kind)!, times: [] as number[] }));
  for (let round = 0; round < MOST_ROUNDS && (round === 0 || now() - start < BUDGET_MS); round++) {
    for (const { task, rows, repeats, times } of runs) times.push(await time(task, rows, repeats));
  }
  const timeOf = (blockSize: number, kind: Task["kind"]) =>
    Math.min(...runs.find(({ task }) => task.blockSize === blockSize && task.kind === kind)!.times);
  return BLOCK_SIZES.map((blockSize) => ({
    blockSize,
    decode: timeOf(blockSize, "decode"),
    prefill: timeOf(blockSize, "prefill"),
  }));
}

/** One of the things measured: an attention operation and the step it is run for. */
interface Task {
  readonly blockSize: number;
  readonly kind: "decode" | "prefill";
  readonly op: Op;
  readonly out: DeviceBuffer;
  readonly maxRows: number;
  readonly step: (rows: number) => StepShape;
}

/** All sizes share the buffers but the block tables, which scatter each sequence over the cache. */
function bindTasks(device: Device, { heads, kvHeads, headDim, kvDtype, maxPositions }: AttentionShape): Task[] {
  const largest = BLOCK_SIZES.at(-1)!;
  const context = Math.max(largest, Math.floor(Math.min(maxPositions, LONG_CONTEXT) / largest) * largest);
  const slotBytes = kvBlockBytes({ dtype: kvDtype, blockSize: 1, kvHeads, headDim });
  const room = Math.min(CACHE_BYTES, device.maxBindingBytes);
  const sequences = Math.max(1, Math.min(SEQUENCES, Math.floor(room / (context * slotBytes))));
  const words = (label: string, values: Uint32Array): DeviceBuffer => {
    const buffer = device.allocate(`calibration ${label}`, values.byteLength);
    device.write(buffer, 0, values);
    return buffer;
  };
  const cache = (label: string) => device.allocate(`calibration ${label}`, sequences * context * slotBytes);
  const rows = (label: string) => device.allocate(`calibration ${label}`, CHUNK * heads * headDim * 4);
  const chunk = Math.min(CHUNK, context);
  const shared = { out: rows("out"), q: rows("q"), keys: cache("keys"), values: cache("values") };
  const none = { samples: 0, copies: 0, filtered: 0, edits: 0, topLogprobs: -1, maxContext: context };
  const decode = {
    positions: words("positions", new Uint32Array(sequences).fill(context - 1)),
    sequences: words(
      "sequences",
      Uint32Array.from({ length: sequences }, (_, i) => i),
    ),
    maxRows: sequences,
    step: (rows: number) => ({ ...none, rows, decodeRows: rows }),
  };
  const prefill = {
    positions: words(
      "positions",
      Uint32Array.from({ length: chunk }, (_, i) => context - chunk + i),
    ),
    sequences: words("sequences", new Uint32Array(chunk)),
    maxRows: chunk,
    step: (rows: number) => ({ ...none, rows, decodeRows: 0 }),
  };
  return BLOCK_SIZES.flatMap((blockSize) => {
    const maxBlocksPerSeq = context / blockSize;
    const numBlocks = sequences * maxBlocksPerSeq;
    const blockTables = words("block tables", shuffled(numBlocks));
    const kv = { dtype: kvDtype, numBlocks, blockSize, kvHeads, headDim };
    const scale = 1 / Math.sqrt(headDim);
    return Object.entries({ decode, prefill }).map(([kind, { positions, sequences, maxRows, step }]) => {
      const args = { ...shared, kv, heads, scale, positions, sequences, blockTables, maxBlocksPerSeq };
      const op = device.ops.attention(`calibration ${kind} ${blockSize}`, args);
      return { blockSize, kind: kind as Task["kind"], op, out: shared.out, maxRows, step };
    });
  });
}

/** 0..count-1 in an order that is always the same. */
function shuffled(count: number): Uint32Array {
  const random = new Random(count);
  const ids = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.integer(0, i);
    [ids[i], ids[other]] = [ids[other]!, ids[i]!];
  }
  return ids;
}
