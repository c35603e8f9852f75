import { markdownTable } from "../lib/markdown_table.ts";
import type { WeightKind } from "./cases.ts";
import { duration, type Line, percent } from "./report.ts";

/**
 * What the kernels of a whole step take together, each by its fastest sample: like the ceilings, and so that one
 * disturbed kernel does not stand for the step.
 */
export interface Step {
  readonly model: string;
  readonly dtype: WeightKind;
  /** As many sequences with one row each; or "prefill", the rows of one prompt. */
  readonly kind: "decode" | "prefill";
  readonly rows: number;
  readonly seconds: number;
  readonly floor: number;
  /** The operation's places by their share of the time, the greatest first. */
  readonly places: readonly { readonly place: string; readonly share: number; readonly efficiency: number }[];
}

/** Every place of a greedy step. */
const COMMON = ["embed", "norm", "qkv", "o", "gate_up", "down"];
const PLACES = { decode: [...COMMON, "decode", "logits", "greedy"], prefill: [...COMMON, "prefill"] };
const CONTEXT = { decode: 1024, prefill: 512 };

/** The steps all of whose kernels were measured: decodes at a context of 1024, a prompt of 512 tokens. */
export function stepsOf(lines: readonly Line[]): Step[] {
  const keys = new Map(
    lines.flatMap((line) => {
      const { model, shape } = line.case;
      if (!("dtype" in shape)) return [];
      const { dtype, rows } = shape;
      return [[`${model} ${dtype} ${rows}`, { model, dtype, rows }] as const];
    }),
  );
  return [...keys.values()].flatMap((key) =>
    (["decode", "prefill"] as const).flatMap((kind) => {
      const parts = lines.filter((line) => belongs(line, key, kind));
      return parts.length === PLACES[kind].length ? [stepOf(parts, kind, key)] : [];
    }),
  );
}

function belongs(
  { case: { model, place, shape } }: Line,
  step: Pick<Step, "model" | "dtype" | "rows">,
  kind: Step["kind"],
) {
  if (model !== step.model || !PLACES[kind].includes(place)) return false;
  if ("dtype" in shape && shape.dtype !== step.dtype) return false;
  if ("kvDtype" in shape && shape.kvDtype !== (step.dtype === "f32" ? "f32" : "f16")) return false;
  if ("context" in shape && shape.context !== CONTEXT[kind]) return false;
  return "rows" in shape && shape.rows === step.rows;
}

function stepOf(parts: readonly Line[], kind: Step["kind"], key: Pick<Step, "model" | "dtype" | "rows">): Step {
  const sum = (of: (line: Line) => number) => parts.reduce((total, line) => total + of(line) * line.case.instances, 0);
  const seconds = sum(({ fastest }) => fastest);
  const places = parts
    .map((line) => ({
      place: line.case.place,
      share: (line.fastest * line.case.instances) / seconds,
      efficiency: line.floor / line.fastest,
    }))
    .toSorted((a, b) => b.share - a.share);
  return { ...key, kind, seconds, floor: sum(({ floor }) => floor), places };
}

export function stepTable(steps: readonly Step[]): string {
  return markdownTable(
    ["step", "fastest", "floor", "floor / time", "most of it (floor / time)"],
    steps.map(({ model, dtype, kind, rows, seconds, floor, places }) => [
      `${model} ${dtype}, ${kind === "decode" ? `decode of ${rows}` : `prompt of ${rows}`}`,
      duration(seconds),
      duration(floor),
      percent(floor / seconds),
      places
        .slice(0, 4)
        .map(({ place, share, efficiency }) => `${place} ${(share * 100).toFixed(0)} % (${percent(efficiency)})`)
        .join(", "),
    ]),
  );
}
