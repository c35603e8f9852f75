import type { Chart } from "../lib/svg_chart.ts";
import type { OctavoPolicy } from "../sim/policies/octavo.ts";
import { octavo } from "../sim/setup.ts";
import { MAX_SEQUENCES, type Shape, type Target } from "./load.ts";

/** One number of the engine beside the simulator's. */
export interface EngineRow {
  readonly measure: string;
  /** Null: the simulator says nothing about it. */
  readonly simulated: number | null;
  /** Null: a baseline, which is simulated only. */
  readonly engine: number | null;
  /** Digits after the point. */
  readonly digits: number;
  readonly unit: "%" | "x" | "";
}

export interface EngineOutcome {
  readonly rows: readonly EngineRow[];
  readonly charts: readonly Chart[];
}

/** One of the paper's experiments, small, on the real engine. */
export interface EngineExperiment {
  /** As `--only` takes it. */
  readonly name: string;
  readonly title: string;
  run(target: Target): Promise<EngineOutcome>;
}

/** Octavo in the simulator, in the shape of an engine. */
export function simulated({ numBlocks, blockSize, prefixCaching, maxSequences = MAX_SEQUENCES }: Shape): OctavoPolicy {
  return octavo({ slots: numBlocks * blockSize, blockSize, prefixCaching, scheduler: { maxSequences } });
}
