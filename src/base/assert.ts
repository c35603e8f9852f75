/** Throws when a condition that the code itself guarantees does not hold: a bug in Octavo, never a user's mistake. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Octavo bug: ${message}`);
}
