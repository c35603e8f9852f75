import type { KvCache } from "../kv/kv_cache.ts";
import type { SequenceGroup } from "./sequence_group.ts";

export type VictimRule =
  /** vLLM's: the last admitted. */
  | "last"
  /** Whoever loses the fewest tokens. */
  | "least-loss";

/**
 * The group whose preemption throws away the fewest computed tokens, the latest of equals; null where none would free a
 * block. What others hold as well, or what is pinned, is not lost: the group finds it again.
 */
export function leastLoss(groups: readonly SequenceGroup[], kv: KvCache): SequenceGroup | null {
  let least = Number.POSITIVE_INFINITY;
  let victim: SequenceGroup | null = null;
  for (const group of groups) {
    const loss = kv.heldAlone(group.branches.flatMap(({ kv: held }) => held ?? []));
    if (loss === 0 || loss > least) continue;
    least = loss;
    victim = group;
  }
  return victim;
}
