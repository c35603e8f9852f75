/** What a start spends its time on. Phases may run beside each other, so that together they may be longer than the start. */
export class StartupBudget {
  readonly #phases: { readonly name: string; readonly seconds: number; readonly detail: string }[] = [];
  readonly #now: () => number;

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Times `work`, which `detail` describes with the seconds that it took. */
  async phase<T>(name: string, work: () => Promise<T>, detail: (seconds: number) => string = () => ""): Promise<T> {
    const began = this.#now();
    const result = await work();
    const seconds = (this.#now() - began) / 1000;
    this.add(name, seconds, detail(seconds));
    return result;
  }

  add(name: string, seconds: number, detail = ""): void {
    this.#phases.push({ name, seconds, detail });
  }

  /** `runtime 0.19 s, weights 0.04 s (4.6 MB at 120 MB/s)`, in the order in which the phases ended. */
  toString(): string {
    return this.#phases
      .map(({ name, seconds, detail }) => `${name} ${seconds.toFixed(3)} s${detail && ` (${detail})`}`)
      .join(", ");
  }
}

/** A phase that moved so many bytes. */
export function throughput(bytes: number): (seconds: number) => string {
  return (seconds) => `${(bytes / 1e6).toFixed(1)} MB at ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
}
