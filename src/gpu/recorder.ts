import type { StepShape } from "../contracts/device.ts";
import type { Dispatch, GpuOp } from "./binder.ts";

/** Most workgroups along one dimension of a dispatch, in every WebGPU implementation. */
const MAX_GROUPS = 65535;

/** Records the operations' dispatches for this step in one compute pass, between `timestamps` where these are given. */
export function record(
  encoder: GPUCommandEncoder,
  ops: readonly GpuOp[],
  shape: StepShape,
  timestamps?: GPUComputePassTimestampWrites,
): void {
  const pass = encoder.beginComputePass(timestamps && { timestampWrites: timestamps });
  let current: GPUComputePipeline | undefined;
  for (const op of ops) {
    for (const { shader, group, grid } of op.dispatches) {
      const [x, y, z] = grid(shape);
      if (x === 0 || y === 0 || z === 0) continue;
      if (x > MAX_GROUPS || y > MAX_GROUPS || z > MAX_GROUPS) {
        throw new Error(
          `Cannot run ${op.name}: a step has at most ${MAX_GROUPS} rows: received a grid of ${x}x${y}x${z}`,
        );
      }
      if (!shader.pipeline) throw new Error(`Cannot run ${op.name}: prepare() has not compiled kernel ${shader.name}`);
      if (shader.pipeline !== current) {
        current = shader.pipeline;
        pass.setPipeline(current);
      }
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(x, y, z);
    }
  }
  pass.end();
}

/** One dispatch of each shader that one of the steps runs. */
export function dispatchesOf(ops: readonly GpuOp[], steps: readonly StepShape[]): Dispatch[] {
  const dispatches = ops.flatMap((op) => op.dispatches);
  const used = dispatches.filter(({ grid }) => steps.some((step) => grid(step).every((groups) => groups > 0)));
  return [...new Map(used.map((dispatch) => [dispatch.shader, dispatch])).values()];
}

/** The words of lib/step.wgsl's `Step`. */
export function stepWords(shape: StepShape): Uint32Array<ArrayBuffer> {
  const { rows, decodeRows, samples, copies, maxContext, topLogprobs } = shape;
  return new Uint32Array([rows, decodeRows, samples, copies, maxContext, Math.max(0, topLogprobs), 0, 0]);
}
export const STEP_BYTES = 32;
