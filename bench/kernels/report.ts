import { markdownTable } from "../lib/markdown_table.ts";
import type { KernelCase, Shape } from "./cases.ts";
import type { MeasuredCeilings } from "./ceilings.ts";
import type { Measurement } from "./measure.ts";
import { floorOf, multiplyCeiling, workOf } from "./work.ts";

export interface Measured extends Measurement {
  readonly case: KernelCase;
}

/** A measurement against what the device could do. */
export interface Line extends Measured {
  readonly bytes: number;
  readonly operations: number;
  /** Bytes of the shape, not of what the kernel really loads, per second. */
  readonly bytesPerSecond: number;
  readonly operationsPerSecond: number;
  readonly shareOfCopy: number;
  readonly shareOfMultiply: number;
  readonly floor: number;
  readonly bound: "copy" | "multiply";
  /** Floor over time: 1 is as fast as the device can. */
  readonly efficiency: number;
  /** Of the time, by the cost of an empty dispatch; more than 1 where a pass of many hides it. */
  readonly dispatchShare: number;
}

export function lineOf(measured: Measured, ceilings: MeasuredCeilings): Line {
  const work = workOf(measured.case.shape);
  const { seconds } = measured;
  const multiply = multiplyCeiling(measured.case.shape, ceilings);
  const floor = floorOf(work, ceilings.copy, multiply);
  const [bytesPerSecond, operationsPerSecond] = [work.bytes / seconds, work.operations / seconds];
  return {
    ...measured,
    ...work,
    bytesPerSecond,
    operationsPerSecond,
    shareOfCopy: bytesPerSecond / ceilings.copy,
    shareOfMultiply: operationsPerSecond / multiply,
    floor: floor.seconds,
    bound: floor.bound,
    efficiency: floor.seconds / seconds,
    dispatchShare: ceilings.dispatch / seconds,
  };
}

const HEADER = ["kernel", "shape", "time", "GB/s", "of copy", "GFLOP/s", "of multiply", "bound by", "floor / time"];

/** Lines of one place in a model stand together. */
export function kernelTable(lines: readonly Line[]): string {
  const places = Map.groupBy(lines, ({ case: { model, place } }) => `${model} ${place}`);
  return markdownTable(
    HEADER,
    [...places.values()]
      .flat()
      .map((line) => [
        `${line.case.model} ${line.case.place}`,
        describeShape(line.case.shape),
        duration(line.seconds),
        (line.bytesPerSecond / 1e9).toPrecision(3),
        percent(line.shareOfCopy),
        line.operations === 0 ? "-" : (line.operationsPerSecond / 1e9).toPrecision(3),
        line.operations === 0 ? "-" : percent(line.shareOfMultiply),
        line.bound,
        percent(line.efficiency),
      ]),
  );
}

export function describeShape(shape: Shape): string {
  switch (shape.op) {
    case "linear":
      return `${shape.rows} x ${shape.inputs} by ${shape.outputs} ${shape.dtype}${shape.add ? ", added" : ""}`;
    case "gated_linear":
      return `${shape.rows} x ${shape.inputs} by 2 x ${shape.inner} ${shape.dtype}`;
    case "embed":
      return `${shape.rows} x ${shape.width} ${shape.dtype}`;
    case "norm":
      return `${shape.rows} x ${shape.width}`;
    case "qkv":
      return `${shape.rows} x ${shape.inputs} by ${(shape.heads + 2 * shape.kvHeads) * shape.headDim} ${shape.dtype}, ${shape.kvDtype}`;
    case "rope_write":
      return `${shape.rows} rows, ${shape.kvDtype}`;
    case "attention_decode":
      return `${shape.rows} rows at ${shape.context}, ${shape.kvDtype}${shape.contiguous ? ", not paged" : ""}`;
    case "attention_prefill":
      return `${shape.rows} rows at ${shape.context}, ${shape.kvDtype}`;
    case "copy_blocks":
      return `${shape.copies} blocks of ${shape.caches} caches, ${shape.kvDtype}`;
    case "edit_logits":
      return `${shape.rows} x ${shape.edits} of ${shape.vocab}`;
    case "sample":
    case "logprobs":
      return `${shape.rows} x ${shape.vocab}`;
  }
}

export function duration(seconds: number): string {
  const us = seconds * 1e6;
  if (us < 1000) return `${us.toPrecision(3)} us`;
  return us < 1e6 ? `${(us / 1000).toPrecision(3)} ms` : `${(us / 1e6).toPrecision(3)} s`;
}

export function percent(share: number): string {
  return `${(share * 100).toPrecision(share < 0.1 ? 2 : 3)} %`;
}
