/** What a contestant's process is asked, and what it answers: plain data that goes between processes. */

export type Question =
  /** One prompt of `tokens`, until its first output token is known. */
  | { readonly kind: "prefill"; readonly tokens: number; readonly seed: number }
  /** `steps` tokens of each of `sequences` at once, after prompts of `prompt` tokens, which are not timed. */
  | {
      readonly kind: "decode";
      readonly sequences: number;
      readonly prompt: number;
      readonly steps: number;
      readonly seed: number;
    }
  /** The `steps` likeliest tokens after a prompt, one after the other. */
  | { readonly kind: "greedy"; readonly promptIds: readonly number[]; readonly steps: number };

export interface Answer {
  /** Of what is timed. */
  readonly seconds: number;
  /** Of a greedy question. */
  readonly tokens: readonly number[];
}

/** What a contestant says of itself once it has loaded the model. */
export interface Introduction {
  /** With its version. */
  readonly name: string;
  /** The adapter or processor it computes on. */
  readonly device: string;
  /** Whatever shows that it computes there. */
  readonly evidence: string;
}

export type Contestant = (question: Question) => Promise<Answer>;

/** Ids without a meaning, alike for everyone who is asked the same. */
export function randomPrompt(vocabSize: number, length: number, seed: number): number[] {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * vocabSize);
  });
}

/** The prompts of a decode question. */
export function decodePrompts(vocabSize: number, question: Extract<Question, { kind: "decode" }>): number[][] {
  return Array.from({ length: question.sequences }, (_, i) =>
    randomPrompt(vocabSize, question.prompt, question.seed * 1000 + i + 1),
  );
}
