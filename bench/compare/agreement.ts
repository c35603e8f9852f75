import type { ContestantProcess } from "./contestant_process.ts";
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
 * Null for no steps. Throws where not even the first token is the same.
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
  const { tokens: ours } = await us.ask(question, timeoutSeconds);
  const { tokens: theirs } = await them.ask(question, timeoutSeconds);
  const parting = ours.findIndex((token, i) => token !== theirs[i]);
  const alike = parting === -1 ? steps : parting;
  if (alike === 0) throw new Error(`Cannot compare: the first tokens differ: ${ours} and ${theirs}`);
  return { alike, ours, theirs, sentence: `the first ${alike} of ${steps} greedy tokens are the same` };
}
