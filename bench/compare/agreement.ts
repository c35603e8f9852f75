import { type ContestantProcess, TimedOut } from "./contestant_process.ts";
import type { OpponentModel } from "./opponents.ts";
import { randomPrompt } from "./questions.ts";

export interface Agreement {
  /** Tokens of both outputs that are alike from the first one on. */
  readonly alike: number;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly sentence: string;
}

const PROMPT_TOKENS = 12;

/**
 * Whether both compute the same model: greedy outputs of one prompt part only where two tokens are about as likely.
 * Null for no steps, and, with a sentence on stderr, where somebody hangs. Throws where not even the first token is the same.
 */
export async function agreement(
  us: ContestantProcess,
  them: ContestantProcess,
  { spec }: OpponentModel,
  steps: number,
  timeoutSeconds: number,
): Promise<Agreement | null> {
  if (steps === 0) return null;
  const begin = spec.bosTokenId === null ? [] : [spec.bosTokenId];
  const promptIds = [...begin, ...randomPrompt(spec.vocabSize, PROMPT_TOKENS, 1)];
  const question = { kind: "greedy", promptIds, steps } as const;
  let ours: readonly number[];
  let theirs: readonly number[];
  try {
    ours = (await us.ask(question, timeoutSeconds)).tokens;
    theirs = (await them.ask(question, timeoutSeconds)).tokens;
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    console.error(`greedy tokens are not compared: ${error.message}`);
    return null;
  }
  const parting = ours.findIndex((token, i) => token !== theirs[i]);
  const alike = parting === -1 ? steps : parting;
  if (alike === 0) throw new Error(`Cannot compare: the first tokens differ: ${ours} and ${theirs}`);
  return { alike, ours, theirs, sentence: `the first ${alike} of ${steps} greedy tokens are the same` };
}
