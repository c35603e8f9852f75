import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { ADMISSION_HEADROOM, Scheduler } from "../src/engine/scheduler.ts";
import { SequenceGroup } from "../src/engine/sequence_group.ts";
import { KvCache } from "../src/kv/kv_cache.ts";
import { greedyRequest } from "./lib/greedy_request.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { median, quantile } from "./lib/statistics.ts";

/**
 * What the scheduler and the KV cache cost on their own, with prefix caching on: as many sequences decode as are named,
 * their block boundaries spread over the steps, and a new one takes the place of each that is done. Nothing is computed.
 *
 *   ./octavo bench scheduler [--sequences 64,250,1000,4000] [--seconds 4] [--heap-steps 20000]
 */
const { values } = parseArgs({
  options: {
    sequences: { type: "string", default: "64,250,1000,4000" },
    seconds: { type: "string", default: "4" },
    "heap-steps": { type: "string", default: "20000" },
  },
});

const BLOCK_SIZE = 16;
const PROMPT = 64;
const LONGEST_OUTPUT = 512;
const VOCABULARY = 32_000;

/** A server of `width` sequences whose runner takes no time. */
class Load {
  readonly #scheduler: Scheduler;
  readonly #kv: KvCache;
  readonly #random = new Random(1);
  readonly #remaining = new Map<SequenceGroup, number>();

  constructor(width: number) {
    this.#kv = new KvCache((width + 8) * Math.ceil((PROMPT + LONGEST_OUTPUT) / BLOCK_SIZE), BLOCK_SIZE);
    this.#scheduler = new Scheduler(this.#kv, {
      policy: "fcfs",
      headroom: ADMISSION_HEADROOM,
      maxBatchedTokens: width + 1024,
      maxSequences: width,
      longPrefillThreshold: 0,
      chunkedPrefill: true,
    });
    // The first ones are as old as if the load had always been there.
    for (let i = 0; i < width; i++) this.#arrive(this.#random.integer(1, LONGEST_OUTPUT));
  }

  /** Milliseconds of one step: choosing it, advancing the sequences, taking out those that are done. */
  step(): number {
    const start = performance.now();
    const chunks = this.#scheduler.schedule();
    this.#kv.takeCopies();
    let left = 0;
    for (const chunk of chunks) {
      const { sequence, samples } = chunk;
      this.#scheduler.advance(chunk);
      if (samples === "none") continue;
      sequence.append((sequence.numTokens * 7919) % VOCABULARY);
      const remaining = this.#remaining.get(sequence.group)! - 1;
      this.#remaining.set(sequence.group, remaining);
      if (remaining > 0) continue;
      this.#scheduler.remove(sequence);
      this.#remaining.delete(sequence.group);
      left++;
    }
    const milliseconds = performance.now() - start;
    for (let i = 0; i < left; i++) this.#arrive(LONGEST_OUTPUT);
    return milliseconds;
  }

  #arrive(outputs: number): void {
    const promptIds = Array.from({ length: PROMPT }, () => this.#random.integer(0, VOCABULARY - 1));
    const group = new SequenceGroup(greedyRequest("", promptIds, outputs));
    this.#remaining.set(group, outputs);
    this.#scheduler.add(group);
  }
}

/** Microseconds of each step after a warm-up. */
function measure(width: number, seconds: number): { readonly width: number; readonly steps: readonly number[] } {
  const load = new Load(width);
  for (let step = 0; step < LONGEST_OUTPUT; step++) load.step();
  const steps: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) steps.push(load.step() * 1000);
  return { width, steps };
}

/** Bytes on the heap after a full collection. */
function heap(): number {
  const { Bun } = globalThis as { Bun?: { gc(force: boolean): void } };
  Bun?.gc(true);
  return process.memoryUsage().heapUsed;
}

const widths = values.sequences.split(",").map(Number);
const measured = widths.map((width) => measure(width, Number(values.seconds)));
const perSequence = measured.map(({ width, steps }) => median(steps) / width);
console.log(
  markdownTable(
    ["sequences", "steps", "us per step", "99th percentile", "us per sequence", "of the first"],
    measured.map(({ width, steps }, i) => [
      String(width),
      String(steps.length),
      median(steps).toFixed(0),
      quantile(steps, 0.99).toFixed(0),
      perSequence[i]!.toFixed(2),
      `${(perSequence[i]! / perSequence[0]!).toFixed(2)}x`,
    ]),
  ),
);

const heapSteps = Number(values["heap-steps"]);
const load = new Load(widths[0]!);
for (let step = 0; step < LONGEST_OUTPUT * 4; step++) load.step();
const before = heap();
for (let step = 0; step < heapSteps; step++) load.step();
const grown = heap() - before;
console.log(
  `heap after ${heapSteps} steps of ${widths[0]} sequences: ${(grown / 1024).toFixed(0)} KiB more than ${(before / 1024).toFixed(0)} KiB`,
);
