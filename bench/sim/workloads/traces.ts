import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { independentRequest, type SimRequest } from "../request.ts";

const TRACES = join(import.meta.dirname, "../../../../shared/data/traces");

/** One production request: seconds since the first, and lengths in tokens. */
export interface AzureRequest {
  readonly arrival: number;
  readonly promptLength: number;
  readonly outputLength: number;
}

/** The Azure conversation trace of 2023 (CC-BY-4.0); null where it is absent. */
export function readAzure(): AzureRequest[] | null {
  const file = join(TRACES, "azure2023/AzureLLMInferenceTrace_conv.csv");
  if (!existsSync(file)) return null;
  const [, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  const rows = lines.map((line, i) => {
    const [time, prompt, output] = line.split(",");
    const row = { at: Date.parse(`${time!.replace(" ", "T")}Z`), prompt: Number(prompt), output: Number(output) };
    if (!Number.isFinite(row.at + row.prompt + row.output))
      throw new Error(`Cannot read ${file}: line ${i + 2} is no request: received "${line}"`);
    return row;
  });
  const start = rows[0]!.at;
  return rows.map(({ at, prompt, output }) => ({
    arrival: (at - start) / 1000,
    promptLength: prompt,
    outputLength: output,
  }));
}

/**
 * The trace's requests that fit into `maxLength`, in their order and rhythm, stretched to `rate` per second and cut
 * after `duration` seconds.
 */
export function azureWorkload(
  trace: readonly AzureRequest[],
  maxLength: number,
  rate: number,
  duration: number,
): SimRequest[] {
  const fitting = trace.filter(({ promptLength, outputLength }) => promptLength + outputLength <= maxLength);
  const stretch = fitting.length / fitting.at(-1)!.arrival / rate;
  return fitting
    .filter(({ arrival }) => arrival * stretch < duration)
    .map(({ arrival, promptLength, outputLength }, id) =>
      independentRequest(id, arrival * stretch, promptLength, outputLength),
    );
}

/** The Mooncake conversation trace (Apache-2.0): per request the ids of its prompt's 512-token blocks; null if absent. */
export function readMooncake(): (readonly number[])[] | null {
  const file = join(TRACES, "mooncake/conversation_trace.jsonl");
  if (!existsSync(file)) return null;
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line, i) => {
      const { hash_ids: blocks } = JSON.parse(line) as { hash_ids?: unknown };
      if (!Array.isArray(blocks)) throw new Error(`Cannot read ${file}: line ${i + 1} has no hash_ids`);
      return blocks as number[];
    });
}
