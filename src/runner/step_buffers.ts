import type { Device, DeviceBuffer } from "../contracts/device.ts";
import { MAX_TOP_LOGPROBS, maskWords, type RunnerLimits, SAMPLING_WORDS, type StepInput } from "../contracts/runner.ts";
import { editCapacity, type Pass } from "./passes.ts";

/** The device's copies of a StepInput's arrays, and what a step leaves behind. Shapes as in StepInput. */
export interface StepBuffers {
  readonly tokenIds: DeviceBuffer;
  readonly positions: DeviceBuffer;
  readonly slots: DeviceBuffer;
  readonly rowSequences: DeviceBuffer;
  readonly blockTables: DeviceBuffer;
  readonly sampleRows: DeviceBuffer;
  readonly sampling: DeviceBuffer;
  readonly editPairs: DeviceBuffer;
  readonly maskBits: DeviceBuffer;
  readonly copyPairs: DeviceBuffer;
  /** u32 [edits]: bits of the logits that were edited. */
  readonly originals: DeviceBuffer;
  /** f32 [samples, vocab] */
  readonly logits: DeviceBuffer;
  /** u32 [samples] */
  readonly sampledIds: DeviceBuffer;
  readonly logprobs: LogprobBuffers;
}

/** StepLogprobs on the device. */
export interface LogprobBuffers {
  readonly chosen: DeviceBuffer;
  readonly ranks: DeviceBuffer;
  readonly topIds: DeviceBuffer;
  readonly topLogprobs: DeviceBuffer;
}

/** Allocates for the largest step. */
export function allocateStepBuffers(device: Device, limits: RunnerLimits): StepBuffers {
  const { maxRows, maxSequences, maxBlocksPerSeq, vocabSize } = limits;
  const alternatives = maxSequences * Math.min(MAX_TOP_LOGPROBS, vocabSize);
  const edits = editCapacity(limits);
  const words = (label: string, count: number) => device.allocate(label, count * 4);
  return {
    tokenIds: words("token_ids", maxRows),
    positions: words("positions", maxRows),
    slots: words("slots", maxRows),
    rowSequences: words("row_sequences", maxRows),
    blockTables: words("block_tables", maxSequences * maxBlocksPerSeq),
    sampleRows: words("sample_rows", maxSequences),
    sampling: words("sampling", maxSequences * SAMPLING_WORDS),
    editPairs: words("edit_pairs", edits * 2),
    maskBits: words("mask_bits", maxSequences * maskWords(vocabSize)),
    copyPairs: words("copy_pairs", maxSequences * 2),
    originals: words("originals", edits),
    logits: words("logits", maxSequences * vocabSize),
    sampledIds: words("sampled_ids", maxSequences),
    logprobs: {
      chosen: words("chosen_logprobs", maxSequences),
      ranks: words("ranks", maxSequences),
      topIds: words("top_ids", alternatives),
      topLogprobs: words("top_logprobs", alternatives),
    },
  };
}

/** Sends the used part of every array but those of `writeSamples` and `writeMasks`. */
export function writeStepInput(device: Device, buffers: StepBuffers, input: StepInput, limits: RunnerLimits): void {
  const write = writer(device);
  write(buffers.tokenIds, input.tokenIds, input.rows);
  write(buffers.positions, input.positions, input.rows);
  write(buffers.slots, input.slots, input.rows);
  write(buffers.rowSequences, input.rowSequences, input.rows);
  write(buffers.blockTables, input.blockTables, input.sequences * limits.maxBlocksPerSeq);
  write(buffers.copyPairs, input.copyPairs, input.copies * 2);
}

export function writeMasks(device: Device, buffers: StepBuffers, input: StepInput, { vocabSize }: RunnerLimits): void {
  writer(device)(buffers.maskBits, input.maskBits, input.masks * maskWords(vocabSize));
}

/** Sends the samples of a pass and their edits. */
export function writeSamples(device: Device, buffers: StepBuffers, input: StepInput, pass: Pass): void {
  const { firstSample, samples, firstEdit, edits } = pass;
  const write = writer(device);
  const sampling = input.sampling.subarray(firstSample * SAMPLING_WORDS);
  write(buffers.sampleRows, input.sampleRows.subarray(firstSample), samples);
  write(buffers.sampling, firstEdit > 0 ? rebased(sampling, pass) : sampling, samples * SAMPLING_WORDS);
  write(buffers.editPairs, input.editPairs.subarray(2 * firstEdit), 2 * edits);
}

/** The sampling rows of a pass whose edits are moved to the beginning. */
function rebased(sampling: Uint32Array, { samples, firstEdit }: Pass): Uint32Array {
  const rows = sampling.slice(0, samples * SAMPLING_WORDS);
  for (let at = 13; at < rows.length; at += SAMPLING_WORDS) rows[at] = Math.max(0, rows[at]! - firstEdit);
  return rows;
}

function writer(device: Device) {
  return (buffer: DeviceBuffer, values: Uint32Array, count: number) => {
    if (count > 0) device.write(buffer, 0, values.subarray(0, count));
  };
}
