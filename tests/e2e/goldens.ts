import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A prompt with what an independent implementation computed for it. */
export interface Golden {
  readonly promptIds: readonly number[];
  readonly lastLogits: readonly number[];
  readonly greedyIds: readonly number[];
  /** Between the two best logits, for each greedy token. */
  readonly gaps: readonly number[];
}

export interface GoldenModel {
  readonly name: string;
  readonly directory: string;
  readonly cases: readonly Golden[];
}

interface StoredCase {
  prompt_ids: number[];
  last_logits: number[];
  greedy_ids: number[];
  greedy_top2_gaps?: number[];
  gaps?: number[];
}

function readModel(directory: string, name: string): GoldenModel {
  const { cases } = JSON.parse(readFileSync(join(directory, "goldens.json"), "utf8")) as { cases: StoredCase[] };
  return {
    name,
    directory,
    cases: cases.map((stored) => ({
      promptIds: stored.prompt_ids,
      lastLogits: stored.last_logits,
      greedyIds: stored.greedy_ids,
      gaps: stored.greedy_top2_gaps ?? stored.gaps ?? [],
    })),
  };
}

const ROOT = join(import.meta.dir, "../..");

/** Random-weight checkpoints of many shapes, held against Hugging Face transformers (tests/golden). */
export function randomModels(): GoldenModel[] {
  const golden = join(ROOT, "tests/golden");
  return readdirSync(golden, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readModel(join(golden, name), name));
}

const TRAINED = join(ROOT, "../shared/data/models");

/** Directory of a trained model, or null (with the reason printed) where the shared data is absent. */
export function trainedModel(name: string): GoldenModel | null {
  const directory = join(TRAINED, name);
  if (existsSync(join(directory, "goldens.json"))) return readModel(directory, name);
  console.warn(`skipped: ../shared/data/models/${name} is not there`);
  return null;
}

/**
 * Index of the first token that differs from the golden one although the golden gap leaves no doubt; -1 where there is
 * none. Past a near-tie the two texts may differ, and nothing more is compared.
 */
export function firstWrongToken(tokens: readonly number[], golden: Golden, doubt: number): number {
  for (let i = 0; i < golden.greedyIds.length; i++) {
    if (tokens[i] === golden.greedyIds[i]) continue;
    return golden.gaps[i]! > doubt ? i : -1;
  }
  return -1;
}
