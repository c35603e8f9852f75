import { CHUNK, CHUNK_BYTES } from "../../src/contracts/device.ts";
import { SAMPLING_WORDS } from "../../src/contracts/runner.ts";
import { BLOCK_SIZE, elementOf, type Shape, type WeightKind } from "./cases.ts";

/** What an operation cannot do without, however it is written. */
export interface Work {
  /** Bytes of device memory read and written, each once: weights, cache, rows in and out. */
  readonly bytes: number;
  /** Multiplications and additions; a fused pair counts two. Of a softmax only the products with K and V count. */
  readonly operations: number;
}

/** Bytes and operations of one run, from the shape alone. */
export function workOf(shape: Shape): Work {
  const { op } = shape;
  switch (op) {
    case "embed": {
      const { rows, width, dtype } = shape;
      return { bytes: rows * (4 + width * (sizeOf(dtype) + 4)), operations: 0 };
    }
    case "norm": {
      const { rows, width } = shape;
      // Squared, added, scaled twice.
      return { bytes: (2 * rows + 1) * width * 4, operations: 4 * rows * width };
    }
    case "linear": {
      const { rows, inputs, outputs, dtype, add } = shape;
      const moved = rows * (inputs + outputs * (add ? 2 : 1)) * 4;
      return { bytes: inputs * outputs * sizeOf(dtype) + moved, operations: 2 * rows * inputs * outputs };
    }
    case "gated_linear": {
      const { rows, inputs, inner, dtype } = shape;
      const bytes = 2 * inputs * inner * sizeOf(dtype) + rows * (inputs + inner) * 4;
      return { bytes, operations: 4 * rows * inputs * inner };
    }
    case "qkv": {
      const { rows, inputs, dtype, heads, kvHeads, headDim, kvDtype } = shape;
      const outputs = (heads + 2 * kvHeads) * headDim;
      // x and the row of cosines and sines in, q and the cache's row out, a position and a slot.
      const floats = inputs + headDim + heads * headDim + 2;
      const bytes = inputs * outputs * sizeOf(dtype) + rows * (floats * 4 + 2 * kvHeads * headDim * sizeOf(kvDtype));
      return { bytes, operations: rows * (2 * inputs * outputs + 3 * (heads + kvHeads) * headDim) };
    }
    case "rope_write": {
      const { rows, heads, kvHeads, headDim, kvDtype } = shape;
      // qkv and the row of cosines and sines in, q and the cache's row out, a position and a slot.
      const floats = (heads + 2 * kvHeads) * headDim + headDim + heads * headDim + 2;
      const bytes = rows * (floats * 4 + 2 * kvHeads * headDim * sizeOf(kvDtype));
      return { bytes, operations: 3 * rows * (heads + kvHeads) * headDim };
    }
    case "attention_decode": {
      const { rows, context } = shape;
      return attention(shape, rows * context, rows * context);
    }
    case "attention_prefill": {
      const { rows, context } = shape;
      // Row r of the chunk sees context - rows + r + 1 tokens.
      return attention(shape, context, rows * context - (rows * (rows - 1)) / 2);
    }
    case "copy_blocks": {
      const { copies, caches, kvHeads, headDim, kvDtype } = shape;
      return { bytes: copies * 2 * caches * BLOCK_SIZE * kvHeads * headDim * sizeOf(kvDtype), operations: 0 };
    }
    case "edit_logits": {
      const { rows, edits } = shape;
      // A pair in, a logit in and out, what it was kept.
      return { bytes: rows * (SAMPLING_WORDS + 5 * edits) * 4, operations: rows * edits };
    }
    case "sample": {
      const { rows, vocab } = shape;
      return { bytes: rows * (vocab + SAMPLING_WORDS + 1) * 4, operations: rows * vocab };
    }
    case "logprobs": {
      const { rows, vocab, top } = shape;
      return { bytes: rows * (vocab + 3 + 2 * top) * 4, operations: 2 * rows * vocab };
    }
  }
}

/** `cached` tokens are read from the cache; rows and tokens make `pairs`, for each of which q·k and p·v are computed. */
function attention(shape: Extract<Shape, { context: number }>, cached: number, pairs: number): Work {
  const { rows, heads, kvHeads, headDim, kvDtype } = shape;
  const cache = 2 * cached * kvHeads * headDim * sizeOf(kvDtype) + (cached / BLOCK_SIZE) * 4;
  return { bytes: cache + rows * (2 * heads * headDim + 2) * 4, operations: 4 * pairs * heads * headDim };
}

/** Bytes of an element, its part of a scale counted. */
function sizeOf(dtype: WeightKind): number {
  return CHUNK_BYTES[elementOf(dtype)] / CHUNK;
}

/** What the machine gives at best, as measured. */
export interface Ceilings {
  /** Bytes per second of a large copy, read and written. */
  readonly copy: number;
  /** Operations per second of the best chain of fused multiplications and additions. */
  readonly multiply: number;
  /** The same of the matrix units, on which products and attention are computed; null: on the lanes. */
  readonly matrix: number | null;
}

const ON_MATRIX_UNITS: readonly Shape["op"][] = [
  "linear",
  "gated_linear",
  "qkv",
  "attention_decode",
  "attention_prefill",
];

/** Operations per second that a shape could do at best. */
export function multiplyCeiling({ op }: Shape, { multiply, matrix }: Ceilings): number {
  return matrix !== null && ON_MATRIX_UNITS.includes(op) ? matrix : multiply;
}

/** Seconds that the work takes at least, and what it is bound by. */
export function floorOf({ bytes, operations }: Work, copy: number, multiply: number) {
  const [moving, computing] = [bytes / copy, operations / multiply];
  return {
    seconds: Math.max(moving, computing),
    bound: moving >= computing ? ("copy" as const) : ("multiply" as const),
  };
}
