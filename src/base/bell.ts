/** Wakes the one who waits for it; a ring that nobody waits for is lost. */
export class Bell {
  #wake: (() => void) | null = null;

  ring(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Resolves at the next ring. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
