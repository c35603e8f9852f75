/** The phases of the line `start-up: ...` that a server logs, in seconds; empty where it logs none. */
export function parseBudget(log: string): Map<string, number> {
  const line = /start-up: (.*)/.exec(log)?.[1] ?? "";
  return new Map(
    [...line.matchAll(/([a-z][a-z ]*?) (\d+\.\d+) s/g)].map(([, name, seconds]) => [name!, Number(seconds)]),
  );
}
