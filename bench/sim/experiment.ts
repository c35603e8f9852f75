import type { Chart } from "../lib/svg_chart.ts";

/** One number beside the paper's. */
export interface Row {
  readonly measure: string;
  /** As the paper puts it; "-" where it says nothing. */
  readonly paper: string;
  readonly ours: number;
  /** Digits after the point. */
  readonly digits: number;
  readonly unit: "%" | "x" | "" | "tokens" | "ms" | "req/s" | "s/token";
}

export interface Outcome {
  readonly rows: readonly Row[];
  readonly charts: readonly Chart[];
  /** What could not be done and why. */
  readonly skipped?: string;
}

export interface Experiment {
  /** As `--only` takes it. */
  readonly name: string;
  readonly title: string;
  run(scale: Scale): Outcome;
}

/** How much of an experiment is run. */
export interface Scale {
  /** Of the full duration or number of requests: 1, or less for a quick look. */
  readonly share: number;
  readonly seed: number;
}
