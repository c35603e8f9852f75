import type { BufferRange, DeviceBuffer, StepShape } from "../contracts/device.ts";
import type { StepOutput } from "../contracts/runner.ts";
import type { StepBuffers } from "./step_buffers.ts";

type OutputShape = Pick<StepShape, "samples" | "topLogprobs">;

/** What to read back after a step, in the order in which `stepOutput` takes it. */
export function outputRanges(buffers: StepBuffers, { samples, topLogprobs }: OutputShape): BufferRange[] {
  const words = (buffer: DeviceBuffer, count: number) => ({ buffer, offset: 0, bytes: count * 4 });
  const ids = words(buffers.sampledIds, samples);
  if (topLogprobs < 0) return [ids];
  const { chosen, ranks, topIds, topLogprobs: top } = buffers.logprobs;
  const alternatives = samples * topLogprobs;
  return [ids, words(chosen, samples), words(ranks, samples), words(topIds, alternatives), words(top, alternatives)];
}

/** Views of the bytes read back. */
export function stepOutput({ buffer }: Uint8Array<ArrayBuffer>, { samples, topLogprobs }: OutputShape): StepOutput {
  const tokenIds = new Uint32Array(buffer, 0, samples);
  if (topLogprobs < 0) return { tokenIds, logprobs: null };
  const alternatives = samples * topLogprobs;
  return {
    tokenIds,
    logprobs: {
      chosen: new Float32Array(buffer, 4 * samples, samples),
      ranks: new Uint32Array(buffer, 8 * samples, samples),
      count: topLogprobs,
      topIds: new Uint32Array(buffer, 12 * samples, alternatives),
      topLogprobs: new Float32Array(buffer, 12 * samples + 4 * alternatives, alternatives),
    },
  };
}

/** The samples of both, `next` after `before`. */
export function joinOutputs(before: StepOutput, next: StepOutput): StepOutput {
  const tokenIds = join(before.tokenIds, next.tokenIds);
  const [a, b] = [before.logprobs, next.logprobs];
  if (!a || !b) return { tokenIds, logprobs: null };
  return {
    tokenIds,
    logprobs: {
      chosen: join(a.chosen, b.chosen),
      ranks: join(a.ranks, b.ranks),
      count: a.count,
      topIds: join(a.topIds, b.topIds),
      topLogprobs: join(a.topLogprobs, b.topLogprobs),
    },
  };
}

function join<Words extends Uint32Array | Float32Array>(before: Words, next: Words): Words {
  const whole = new (before.constructor as new (length: number) => Words)(before.length + next.length);
  whole.set(before);
  whole.set(next, before.length);
  return whole;
}
