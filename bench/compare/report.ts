import { markdownTable } from "../lib/markdown_table.ts";
import { caseName, type DuelResult, rateOf, show } from "./duel.ts";

/** Medians of tokens per second and their ratio, a line for each case. */
export function comparisonTable(model: string, opponent: string, results: readonly DuelResult[]): string {
  return markdownTable(
    [model, "Octavo", opponent, "ratio"],
    results.map(({ case: item, ours, theirs }) => {
      const ratio = rateOf(ours) / rateOf(theirs);
      return [caseName(item), show(ours), show(theirs), Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : "-"];
    }),
  );
}
