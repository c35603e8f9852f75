/** Weight of the newest step in the means. */
const NEWEST = 0.05;

/** What a step of decodes costs, as steps of different widths show: a share for being a step, and one for each row. */
export class StepCost {
  #rows = 0;
  #ms = 0;
  /** Means of the squared and mixed deviations from the means. */
  #variance = 0;
  #covariance = 0;
  #steps = 0;

  /** A step computed `rows` rows, no prompt among them. */
  add(rows: number, ms: number): void {
    const weight = Math.max(NEWEST, 1 / ++this.#steps);
    const [fromRows, fromMs] = [rows - this.#rows, ms - this.#ms];
    this.#rows += weight * fromRows;
    this.#ms += weight * fromMs;
    this.#variance += weight * ((1 - weight) * fromRows * fromRows - this.#variance);
    this.#covariance += weight * ((1 - weight) * fromRows * fromMs - this.#covariance);
  }

  /** The share of a step of so many rows that its rows cost, 0 to 1; 0 until steps of different widths are known. */
  shareOfRows(rows: number): number {
    if (this.#variance === 0 || this.#covariance <= 0) return 0;
    const ofRow = this.#covariance / this.#variance;
    const ofStep = Math.max(0, this.#ms - ofRow * this.#rows);
    return (ofRow * rows) / (ofStep + ofRow * rows);
  }
}
