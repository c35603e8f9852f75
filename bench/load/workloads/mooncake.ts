import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Workload, WorkloadOptions } from "../workload.ts";
import { tokenStream } from "./token_streams.ts";

const FILE = join(import.meta.dirname, "../../../../shared/data/traces/mooncake/conversation_trace.jsonl");

/** Tokens that one of the trace's hash ids stands for. */
const BLOCK = 512;

interface Line {
  /** Milliseconds. */
  readonly timestamp: number;
  readonly input_length: number;
  readonly output_length: number;
  readonly hash_ids: readonly number[];
}

/**
 * The first requests of the Mooncake conversation trace that fit, in its rhythm; null where it is absent. Equal hash ids
 * are equal tokens, so prompts share the prefixes that they shared in production.
 */
export function mooncakeWorkload(options: WorkloadOptions): Workload | null {
  const { count, lengthScale, maxLength } = options;
  if (!existsSync(FILE)) return null;
  const block = Math.max(1, Math.round(BLOCK * lengthScale));
  const requests: Workload["requests"][number][] = [];
  const arrivals: number[] = [];
  for (const line of readFileSync(FILE, "utf8").trimEnd().split("\n")) {
    const { timestamp, input_length, output_length, hash_ids } = JSON.parse(line) as Line;
    const promptLength = Math.min(hash_ids.length * block, Math.max(1, Math.round(input_length * lengthScale)));
    const outputLength = Math.max(1, Math.round(output_length * lengthScale));
    if (promptLength + outputLength > maxLength) continue;
    const prompt = () => hash_ids.flatMap((id) => tokenStream(options, id, block)).slice(0, promptLength);
    requests.push({ promptLength, outputLength, prompt });
    arrivals.push(timestamp / 1000);
    if (requests.length === count) break;
  }
  return { requests, arrivals };
}
