import { readModel } from "../compare/compared_model.ts";
import type { ContestantProcess } from "../compare/contestant_process.ts";
import { openOctavo } from "../compare/opponents.ts";
import type { Answer, Question } from "../compare/questions.ts";
import { median } from "../lib/statistics.ts";

export interface SpeedOptions {
  readonly sequences: readonly number[];
  readonly prefill: readonly number[];
  readonly weightBytes: number;
  readonly subgroupMatrix?: boolean;
}

interface Speed {
  readonly tokensPerSecond: number;
  /** Of every round. */
  readonly seconds: readonly number[];
  /** Decode alone: bytes of weights that a step reads, by its time. */
  readonly weightGBPerSecond?: number;
}

const PROMPT = 16;
const WARM_STEPS = 2;
const STEPS = 32;
const ROUNDS = 3;

/**
 * Tokens per second of the engine: decoding several sequences at once, and reading one prompt. What cannot be measured is
 * named with its reason, and the others are measured all the same.
 */
export async function modelSpeed(directory: string, device: string, options: SpeedOptions, seconds: number) {
  const deadline = performance.now() + seconds * 1000;
  const left = () => Math.max(0.001, (deadline - performance.now()) / 1000);
  const engine: ContestantProcess = openOctavo(await readModel(directory), device, options);
  const measured: Record<string, Speed | { readonly failure: string }> = {};
  const measure = async (name: string, ask: (steps: number, seed: number) => Question, speed: Speeds) => {
    try {
      await engine.ask(ask(WARM_STEPS, 0), left());
      const answers: Answer[] = [];
      for (let round = 1; round <= ROUNDS; round++) answers.push(await engine.ask(ask(STEPS, round), left()));
      measured[name] = speed(answers.map((answer) => answer.seconds));
    } catch (error) {
      measured[name] = { failure: (error as Error).message };
    }
  };
  try {
    const began = performance.now();
    const { device: name } = await engine.introduce();
    const loadSeconds = (performance.now() - began) / 1000;
    for (const sequences of options.sequences) {
      await measure(
        `decode of ${sequences}`,
        (steps, seed) => ({ kind: "decode", sequences, prompt: PROMPT, steps, seed }),
        (times) => ({
          tokensPerSecond: (sequences * STEPS) / median(times),
          seconds: times,
          weightGBPerSecond: (options.weightBytes * STEPS) / median(times) / 1e9,
        }),
      );
    }
    for (const tokens of options.prefill) {
      await measure(
        `prefill of ${tokens}`,
        (_, seed) => ({ kind: "prefill", tokens, seed }),
        (times) => ({ tokensPerSecond: tokens / median(times), seconds: times }),
      );
    }
    return { device: name, loadSeconds, ...measured };
  } finally {
    engine.close();
  }
}

type Speeds = (seconds: readonly number[]) => Speed;
