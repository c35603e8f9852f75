import { ApiError } from "./errors.ts";
import type { Item } from "./responses_input.ts";

/**
 * What `make` makes of a conversation, or where that does not fit the context, of its system messages and as many of its
 * last turns as fit. A turn begins with what the user says. Throws what `make` throws where not even the last one fits.
 */
export function fitting<T>(items: readonly Item[], make: (items: readonly Item[]) => T): T {
  const attempt = (kept: readonly Item[]): T | ApiError => {
    try {
      return make(kept);
    } catch (error) {
      if (error instanceof ApiError && error.code === "context_length_exceeded") return error;
      throw error;
    }
  };
  let best = attempt(items);
  if (!(best instanceof ApiError)) return best;
  const head = items.slice(
    0,
    items.findIndex((item) => !isOf(item, ["system", "developer"])),
  );
  const starts = [...items.keys()].filter((i) => i > head.length && isOf(items[i]!, ["user"]));
  // Each attempt renders and tokenizes, so few are made: fewer turns are fewer tokens.
  let [low, high] = [0, starts.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const made = attempt([...head, ...items.slice(starts[middle]!)]);
    if (made instanceof ApiError) {
      if (best instanceof ApiError) best = made;
      low = middle + 1;
    } else {
      best = made;
      high = middle - 1;
    }
  }
  if (best instanceof ApiError) throw best;
  return best;
}

function isOf(item: Item, roles: readonly string[]): boolean {
  return item.type === "message" && roles.includes(item.role);
}
