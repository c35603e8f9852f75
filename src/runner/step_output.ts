import type { BufferRange, DeviceBuffer, StepShape } from "../contracts/device.ts";
import type { HiddenStates, StepInput, StepOutput } from "../contracts/runner.ts";
import type { Decoder } from "./decoder.ts";
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

/** The hidden states that the step asks for, to be read back after `outputRanges`. */
export function hiddenRanges({ hidden, hiddenSize: width }: Decoder, input: StepInput): BufferRange[] {
  return Array.from({ length: input.hiddenRanges }, (_, i) => {
    const [first, rows] = [input.hiddenRows[2 * i]!, input.hiddenRows[2 * i + 1]!];
    return { buffer: hidden, offset: first * width * 4, bytes: rows * width * 4 };
  });
}

/** View of the hidden states, which are the last of the bytes read back. */
export function hiddenStates(
  bytes: Uint8Array<ArrayBuffer>,
  ranges: readonly BufferRange[],
  width: number,
): HiddenStates {
  const size = ranges.reduce((sum, range) => sum + range.bytes, 0);
  return { values: new Float32Array(bytes.buffer, bytes.byteLength - size, size / 4), width };
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
  const hidden = before.hidden && { hidden: before.hidden };
  if (!a || !b) return { tokenIds, logprobs: null, ...hidden };
  return {
    tokenIds,
    ...hidden,
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
