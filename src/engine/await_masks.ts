import type { LogitEdits } from "./logit_edits.ts";
import type { Sequence } from "./sequence_group.ts";

/** Milliseconds that a step waits for masks, beside the device's own time. */
const PATIENCE = 50;

/** Waits for masks that are being computed, but not long, and puts them in place. Returns the sequences that have none yet. */
export async function awaitMasks(edits: LogitEdits, missing: readonly Sequence[]): Promise<readonly Sequence[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([Promise.all(missing.map(({ matcher }) => matcher!.ready())), enough]);
  clearTimeout(timer);
  return edits.writeMasks();
}
