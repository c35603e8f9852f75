/** A held-out test: what is said to the model, turn by turn, and what its replies must be. */

export interface Turn {
  readonly user: string;
  /** What is wrong with the reply; null where nothing is. Left out where any reply will do. */
  readonly check?: Check;
  /** What the called tool answers, and the check of the reply to that. */
  readonly tool?: { readonly result: string; readonly check: Check };
}

export type Check = (reply: string) => string | null;

export interface Case {
  readonly system?: string;
  readonly tools?: readonly unknown[];
  readonly turns: readonly Turn[];
}

export interface Family {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** One turn, one check. */
export function ask(user: string, check: Check, system?: string): Case {
  return { turns: [{ user, check }], ...(system === undefined ? {} : { system }) };
}

export function matches(pattern: RegExp): Check {
  return (reply) => (pattern.test(reply) ? null : `expected ${pattern}`);
}

export function equals(expected: string): Check {
  return (reply) => (reply === expected ? null : `expected ${JSON.stringify(expected)}`);
}

/** The text as a whole word, whatever its case. */
export function says(text: string | number): Check {
  const escaped = String(text).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return matches(new RegExp(`(?<![\\p{L}\\d])${escaped}(?![\\p{L}\\d])`, "iu"));
}

export function both(...checks: readonly Check[]): Check {
  return (reply) => checks.map((check) => check(reply)).find((problem) => problem !== null) ?? null;
}
