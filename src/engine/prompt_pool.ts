/**
 * The mean of hidden states that come in chunks, in order of position. They are added up one by one in float64, so that
 * it has the same bits however the prompt was cut, and what is computed again after a preemption counts once.
 */
export class PromptPool {
  #sum: Float64Array | null = null;
  #count = 0;
  /** The position that comes next. */
  #next = 0;

  /** Takes rows [count, width] of the positions from `position` on. */
  add(rows: Float32Array, position: number, width: number): void {
    this.#sum ??= new Float64Array(width);
    for (let row = 0; row < rows.length / width; row++) {
      if (position + row < this.#next) continue;
      this.#next = position + row + 1;
      this.#count++;
      for (let i = 0; i < width; i++) this.#sum[i]! += rows[row * width + i]!;
    }
  }

  /** [width] */
  mean(): Float64Array {
    return this.#sum!.map((sum) => sum / this.#count);
  }
}
