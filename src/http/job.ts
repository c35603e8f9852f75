import type { BeamParams, SamplingParams } from "../contracts/generation.ts";
import type { Grammar } from "../contracts/grammar.ts";
import { badRequest } from "./errors.ts";
import { TokenNames } from "./logprobs.ts";
import { samplingOf } from "./sampling.ts";
import type { GenerationFields } from "./schema.ts";
import type { Serving } from "./serving.ts";
import { type Structure, structureOf } from "./structured.ts";
import type { Reading } from "./tools_answer.ts";

/** Most choices, prompts times n, that one request may ask for. */
const MAX_CHOICES = 1024;

/** A checked request for text, the same for chat and completions: prompts, and how to go on from each. */
export interface Job {
  /** Such as `cmpl-...`, unique on this server. */
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** The model's name as the client knows it. */
  readonly model: string;
  readonly prompts: readonly (readonly number[])[];
  /** Choices for each prompt. */
  readonly n: number;
  /** Continuations of each prompt that are sampled, of which the n likeliest are the choices. */
  readonly bestOf: number;
  readonly beam: BeamParams | null;
  /** For each prompt. */
  readonly params: readonly SamplingParams[];
  readonly stop: readonly string[];
  /** Whether the stop string, or the token that stopped it, is part of the answer. */
  readonly includeStop: boolean;
  readonly skipSpecialTokens: boolean;
  /** What answers keep to; null: they are free. */
  readonly structure: Structure | null;
  /** The same compiled, which is done before anything is queued. */
  readonly grammar?: Grammar | undefined;
  /** How answers are taken apart; null: their text is the answer. */
  readonly reading: Reading | null;
  readonly returnTokenIds: boolean;
  /** Log-probabilities that are told with each token: its own, and this many likeliest ones; -1: none. */
  readonly logprobs: number;
  /** The same for the tokens of the prompts. */
  readonly promptLogprobs: number;
  readonly names: TokenNames;
  /** The text begins with the prompt's. */
  readonly echo: boolean;
  /** And ends there. */
  readonly echoOnly: boolean;
  readonly includeUsage: boolean;
  /** Cached prefixes are shared among requests of the same salt. */
  readonly cacheSalt: string;
  /** Lower runs first, under the priority policy. */
  readonly priority: number;
}

export interface JobContext {
  readonly id: string;
  readonly created: number;
  readonly seed: () => bigint;
  /** Salt of the prefix cache where the request gives none. */
  readonly cacheSalt: string;
  /** max_tokens where the request gives none; at most the rest of the context. */
  readonly defaultMaxTokens: number;
  /** The field that holds the prompt, for errors. */
  readonly promptParam: "prompt" | "messages";
  readonly reading?: Reading | null;
  /** Where not the request's own fields say it. */
  readonly structure?: Structure | null;
  /** As in Job. */
  readonly logprobs: number;
  readonly echo?: boolean;
}

/** Throws a 400 naming the field where the prompts and limits do not fit the model. */
export function makeJob(
  serving: Serving,
  request: GenerationFields & { readonly max_completion_tokens?: number | undefined },
  encoded: readonly (readonly number[])[],
  context: JobContext,
): Job {
  if (request.stream_options !== undefined && !request.stream) {
    throw badRequest("stream_options", "stream_options is only allowed with stream: true");
  }
  const branching = branchingOf(request);
  if (encoded.length * branching.bestOf > MAX_CHOICES) {
    const message = `${encoded.length} prompts with ${branching.bestOf} choices each; at most ${MAX_CHOICES} in all are allowed`;
    throw badRequest(request.best_of === undefined ? "n" : "best_of", message);
  }
  const structure = context.structure ?? structureOf(request);
  if (structure !== null && request.use_beam_search) {
    throw badRequest(structure.param, `${structure.param} cannot be used with use_beam_search`);
  }
  const prompts = encoded.map((ids) => truncate(ids, request.truncate_prompt_tokens, serving.model.maxModelLen));
  const limitParam = request.max_completion_tokens === undefined ? "max_tokens" : "max_completion_tokens";
  const asked = request.max_completion_tokens ?? request.max_tokens;
  const { echo = false, logprobs } = context;
  const echoOnly = asked === 0;
  if (echoOnly && !echo) throw badRequest(limitParam, `${limitParam} must be at least 1, or 0 with echo: true`);
  if (request.stream && request.prompt_logprobs !== undefined) {
    throw badRequest("prompt_logprobs", "prompt_logprobs cannot be streamed");
  }
  if (request.use_beam_search && logprobs >= 0) {
    throw badRequest("logprobs", "logprobs cannot be used with use_beam_search");
  }
  const sampling = samplingOf(serving, request, request.seed === undefined ? context.seed() : BigInt(request.seed));
  const params = prompts.map((ids, i) => {
    const param = prompts.length > 1 ? `prompt[${i}]` : context.promptParam;
    const room = roomAfter(ids, serving.model.maxModelLen, param);
    if (asked !== undefined && asked > room) throw tooLong(asked, ids.length, serving.model.maxModelLen, limitParam);
    const maxTokens = Math.max(1, asked ?? Math.min(context.defaultMaxTokens, room));
    if (sampling.minTokens > maxTokens) {
      throw badRequest("min_tokens", `min_tokens is ${sampling.minTokens}, but ${limitParam} is ${maxTokens}`);
    }
    return { ...sampling, maxTokens };
  });
  return {
    id: context.id,
    created: context.created,
    model: request.model ?? serving.model.ids[0],
    prompts,
    n: request.n,
    ...branching,
    params,
    stop: request.stop,
    includeStop: request.include_stop_str_in_output,
    skipSpecialTokens: request.skip_special_tokens,
    reading: context.reading ?? null,
    structure,
    returnTokenIds: request.return_token_ids,
    logprobs,
    promptLogprobs: request.prompt_logprobs ?? -1,
    names: new TokenNames(serving.tokenizer, request.return_tokens_as_token_ids),
    echo,
    echoOnly,
    includeUsage: request.stream_options?.include_usage ?? false,
    priority: request.priority,
    cacheSalt: request.cache_salt === undefined ? context.cacheSalt : `salt ${request.cache_salt}`,
  };
}

/** How many ways each prompt is continued; with beams, `best_of` is the search's width. */
function branchingOf(request: GenerationFields): Pick<Job, "bestOf" | "beam"> {
  const { n, best_of = n, use_beam_search, length_penalty, early_stopping, stream } = request;
  if (best_of < n) throw badRequest("best_of", `best_of must be at least n, which is ${n}: received ${best_of}`);
  if (!use_beam_search) {
    for (const [param, value] of Object.entries({ length_penalty, early_stopping })) {
      const neutral = value === undefined || value === false || (param === "length_penalty" && value === 1);
      if (!neutral) throw badRequest(param, `${param} is only used with use_beam_search: true`);
    }
    if (stream && best_of > n) {
      throw badRequest("best_of", `best_of above n cannot be streamed: the best are known at the end`);
    }
    return { bestOf: best_of, beam: null };
  }
  const beam = { width: best_of, lengthPenalty: length_penalty ?? 1, earlyStopping: early_stopping ?? false };
  return { bestOf: n, beam: best_of > 1 ? beam : null };
}

/** The last `keep` ids; -1 keeps as many as leave room for one token of output. */
function truncate(ids: readonly number[], keep: number | undefined, maxModelLen: number): readonly number[] {
  if (keep === undefined) return ids;
  if (keep === 0)
    throw badRequest("truncate_prompt_tokens", "truncate_prompt_tokens must be -1 or at least 1: received 0");
  return ids.slice(-(keep === -1 ? maxModelLen - 1 : keep));
}

function roomAfter(ids: readonly number[], maxModelLen: number, param: string): number {
  if (ids.length < maxModelLen) return maxModelLen - ids.length;
  const message = `${param} has ${ids.length} tokens; the model's context holds ${maxModelLen}, at least one of them output`;
  throw badRequest(param, message, "context_length_exceeded");
}

function tooLong(asked: number, promptTokens: number, maxModelLen: number, param: string) {
  const message = `${param} is ${asked}, but the prompt's ${promptTokens} tokens leave ${maxModelLen - promptTokens} of the context's ${maxModelLen}`;
  return badRequest(param, message, "context_length_exceeded");
}
