import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "../../src/base/random.ts";
import type { FloatDtype } from "../../src/contracts/device.ts";
import { convert } from "../../src/weights/dtype.ts";
import type { Model } from "../kernels/cases.ts";
import { BYTE_TOKENIZER_CONFIG, byteTokenizer } from "./byte_tokenizer.ts";
import { parameterCount, type RandomTensor, randomConfig, randomTensors } from "./random_model.ts";
import { writeSafetensors } from "./safetensors_writer.ts";

/**
 * Random numbers that are drawn once and repeated: a prime, so that no two rows of a matrix are alike before the
 * pattern has been gone through once for every column.
 */
const PATTERN = 1_048_573;

/**
 * Writes a model of random weights in Hugging Face layout, with a tokenizer of bytes, at the speed of the disk and in a
 * few MB of memory. The same seed gives the same files.
 */
export async function writeRandomModel(
  directory: string,
  model: Model,
  dtype: FloatDtype,
  seed: number,
): Promise<{ readonly parameters: number; readonly bytes: number }> {
  await mkdir(directory, { recursive: true });
  const config = randomConfig(model, dtype);
  const tensors = randomTensors(config);
  const weights = new RandomWeights(dtype, new Random(seed));
  const bytes = await writeSafetensors(
    directory,
    tensors.map((tensor) => ({ ...tensor, bytes: () => weights.of(tensor) })),
    dtype,
  );
  const texts = {
    "config.json": config,
    "tokenizer.json": byteTokenizer(),
    "tokenizer_config.json": BYTE_TOKENIZER_CONFIG,
  };
  for (const [name, value] of Object.entries(texts)) {
    await writeFile(join(directory, name), `${JSON.stringify(value, null, 1)}\n`);
  }
  return { parameters: parameterCount(tensors), bytes };
}

class RandomWeights {
  readonly #dtype: FloatDtype;
  readonly #random: Random;
  readonly #normal = new Float32Array(PATTERN);
  /** The pattern by the deviation of its numbers. */
  readonly #patterns = new Map<number, Uint8Array>();

  constructor(dtype: FloatDtype, random: Random) {
    this.#dtype = dtype;
    this.#random = random;
    for (let i = 0; i < PATTERN; i++) {
      // Box and Muller; 1 - u is never 0.
      this.#normal[i] = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    }
  }

  /** A tensor's bytes, from a random place of the pattern on. */
  *of({ shape, deviation }: RandomTensor): Generator<Uint8Array> {
    const count = shape.reduce((product, extent) => product * extent, 1);
    if (deviation === null) {
      yield this.#encoded(new Float32Array(count).fill(1));
      return;
    }
    const pattern = this.#pattern(deviation);
    const element = pattern.length / PATTERN;
    let from = this.#random.integer(0, PATTERN - 1);
    for (let done = 0; done < count; from = 0) {
      const taken = Math.min(PATTERN - from, count - done);
      yield pattern.subarray(from * element, (from + taken) * element);
      done += taken;
    }
  }

  #pattern(deviation: number): Uint8Array {
    let pattern = this.#patterns.get(deviation);
    if (!pattern) {
      pattern = this.#encoded(this.#normal.map((value) => value * deviation));
      this.#patterns.set(deviation, pattern);
    }
    return pattern;
  }

  #encoded(values: Float32Array): Uint8Array {
    return convert(new Uint8Array(values.buffer), "f32", this.#dtype);
  }
}
