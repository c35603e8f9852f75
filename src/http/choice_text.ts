import type { TokenEvent, TokenLogprobs } from "../contracts/generation.ts";
import { Detokenizer } from "../text/detokenizer.ts";
import { StopMatcher } from "../text/stop.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { Delta } from "./delta.ts";
import type { Job } from "./job.ts";
import type { ScoredToken } from "./logprobs.ts";

/** After a prompt that is echoed alone. */
const NOTHING_MORE: Delta = { text: "", tokenIds: [], finish: { reason: "length", stopReason: null } };

/** Written field by field, once a token. */
type NewDelta = { -readonly [Field in keyof Delta]: Delta[Field] };

/** Turns the tokens of one choice into what it says, up to a stop string, after the prompt where that is echoed. */
export class ChoiceText {
  readonly #job: Job;
  readonly #detokenizer: Detokenizer;
  readonly #stops: StopMatcher;
  readonly #minTokens: number;
  readonly #promptIds: readonly number[];
  #generated = 0;
  /** Characters of text so far, where log-probabilities are told. */
  #offset = 0;

  /** @param minTokens Tokens before which no stop string counts. */
  constructor(tokenizer: Tokenizer, job: Job, promptIds: readonly number[], minTokens: number) {
    const { skipSpecialTokens, reading } = job;
    this.#job = job;
    this.#minTokens = minTokens;
    this.#promptIds = promptIds;
    this.#detokenizer = new Detokenizer(tokenizer, {
      skipSpecialTokens,
      ...(reading && { shownIds: reading.markerIds }),
    });
    if (!job.echo) this.#detokenizer.continueFrom(promptIds);
    this.#stops = new StopMatcher(job.stop);
  }

  push(event: TokenEvent): Delta {
    const { echo, echoOnly } = this.#job;
    if (!echo || this.#generated > 0) return this.#generate(event);
    const prompt = this.#echo(event.promptLogprobs ?? []);
    const delta = echoOnly ? NOTHING_MORE : this.#generate(event);
    const scored = this.#job.logprobs >= 0 && { scored: [...prompt.scored, ...(delta.scored ?? [])] };
    return { ...delta, ...scored, text: prompt.text + delta.text };
  }

  #echo(logprobs: readonly TokenLogprobs[]): { text: string; scored: ScoredToken[] } {
    const scored: ScoredToken[] = [];
    let text = "";
    for (const [i, tokenId] of this.#promptIds.entries()) {
      if (this.#job.logprobs >= 0) scored.push({ tokenId, offset: this.#offset, logprobs: logprobs[i - 1] ?? null });
      text += this.#advance(this.#detokenizer.push(tokenId));
    }
    if (this.#job.echoOnly) text += this.#advance(this.#detokenizer.flush());
    return { text, scored };
  }

  #generate({ tokenId, finish, logprobs }: TokenEvent): Delta {
    this.#generated++;
    const { includeStop } = this.#job;
    const delta: NewDelta = { text: "", tokenIds: [tokenId], finish: null };
    if (this.#job.logprobs >= 0) delta.scored = [{ tokenId, offset: this.#offset, logprobs: logprobs ?? null }];
    let text = finish?.reason === "stop" && !includeStop ? "" : this.#detokenizer.push(tokenId);
    if (finish !== undefined) text += this.#detokenizer.flush();
    this.#advance(text);
    const part = this.#generated > this.#minTokens ? this.#stops.push(text) : { text, stop: null };
    delta.text = part.text;
    if (part.stop !== null) {
      if (includeStop) delta.text += part.stop;
      delta.finish = { reason: "stop", stopReason: part.stop };
    } else if (finish !== undefined) {
      delta.text += this.#stops.flush();
      delta.finish = { reason: finish.reason, stopReason: finish.stopReason };
    }
    return delta;
  }

  #advance(text: string): string {
    if (this.#job.logprobs >= 0) for (const _ of text) this.#offset++;
    return text;
  }
}
