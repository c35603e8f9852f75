import process from "node:process";
import { buildEngine, openDevice } from "../../src/build.ts";
import { type FlagTexts, parseServeConfig } from "../../src/config.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { loadTokenizer, type Tokenizer } from "../../src/text/tokenizer.ts";
import { greedyRequest } from "../lib/greedy_request.ts";
import { modelDirectory } from "./target.ts";

export interface LocalEngine {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  /** The model and the device, in words. */
  readonly description: string;
}

/** Runs `use` with a model on an engine of this process, set by flags of `octavo serve`, and closes it. */
export async function withLocalEngine<T>(
  model: string | undefined,
  flags: FlagTexts,
  use: (local: LocalEngine) => Promise<T>,
): Promise<T> {
  // A queue without a bound: the benchmarks hand in all of their requests at once.
  const config = parseServeConfig({ maxNumQueuedReqs: "0", ...flags }, process.env);
  const directory = await modelDirectory(model);
  const [tokenizer, device] = await Promise.all([loadTokenizer(directory), openDevice(config)]);
  const { engine } = await buildEngine(directory, device, config);
  try {
    return await use({ engine, tokenizer, description: `${directory} on ${device.name}` });
  } finally {
    await engine.close();
  }
}

/** Generates exactly `maxTokens` tokens, greedily. */
export async function generate(
  engine: Engine,
  id: string,
  promptIds: readonly number[],
  maxTokens: number,
): Promise<void> {
  const [events] = engine.submit(greedyRequest(id, promptIds, maxTokens), new AbortController().signal);
  let tokens = 0;
  for await (const _ of events!) tokens++;
  if (tokens !== maxTokens) throw new Error(`Cannot measure ${id}: it got ${tokens} of ${maxTokens} tokens`);
}
