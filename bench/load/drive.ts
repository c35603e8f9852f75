import { setTimeout as sleep } from "node:timers/promises";

export interface Driven<T> {
  readonly results: readonly T[];
  /** Milliseconds on performance.now(): when the load began, and when its last result was there. */
  readonly start: number;
  readonly end: number;
  readonly peakConcurrency: number;
}

/**
 * Calls `send` for each arrival (seconds from now, ascending) at its time, or later where `maxConcurrency` calls are under
 * way, in order. `send` must not reject.
 */
export async function drive<T>(
  arrivals: readonly number[],
  maxConcurrency: number,
  send: (index: number) => Promise<T>,
): Promise<Driven<T>> {
  const sent: Promise<T>[] = [];
  let running = 0;
  let peakConcurrency = 0;
  let freed = () => {};
  const start = performance.now();
  for (const [index, arrival] of arrivals.entries()) {
    const wait = start + arrival * 1000 - performance.now();
    if (wait > 0) await sleep(wait);
    while (running >= maxConcurrency) await new Promise<void>((resolve) => (freed = resolve));
    peakConcurrency = Math.max(peakConcurrency, ++running);
    sent.push(
      send(index).finally(() => {
        running--;
        freed();
      }),
    );
  }
  const results = await Promise.all(sent);
  return { results, start, end: performance.now(), peakConcurrency };
}
