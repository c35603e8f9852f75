import type { Objectives } from "../lib/serving_metrics.ts";

const NAMES = ["ttft", "tpot", "e2el"] as const;

/** Reads `--goodput`: `ttft:500` and its like, milliseconds, one or several in each text. */
export function parseObjectives(texts: readonly string[]): Objectives {
  const objectives: Record<string, number> = {};
  for (const text of texts.flatMap((given) => given.trim().split(/[\s,]+/))) {
    const [name = "", limit = "", ...rest] = text.split(":");
    const known = (NAMES as readonly string[]).includes(name) && rest.length === 0;
    if (!known || !(Number(limit) > 0)) {
      throw new Error(`Cannot read --goodput: it takes NAME:MILLISECONDS with ${NAMES.join(", ")}: received "${text}"`);
    }
    objectives[name] = Number(limit);
  }
  return objectives;
}
