import type { SamplingParams } from "../contracts/generation.ts";
import { badWordIds } from "./bad_words.ts";
import { badRequest } from "./errors.ts";
import type { GenerationFields } from "./schema.ts";
import type { Serving } from "./serving.ts";

/** What a request says of sampling, the model's own defaults where it says nothing. Throws a 400 naming the field. */
export function samplingOf(
  serving: Serving,
  request: GenerationFields,
  seed: bigint,
): Omit<SamplingParams, "maxTokens"> {
  const { engine, tokenizer, model } = serving;
  const { defaults } = model;
  if (request.use_beam_search) refuseWithBeams(request);
  checkIds(serving, request);
  const topK = request.top_k ?? defaults.topK ?? 0;
  return {
    // A beam of one is greedy search.
    temperature: request.use_beam_search ? 0 : (request.temperature ?? defaults.temperature ?? 1),
    topP: request.top_p ?? defaults.topP ?? 1,
    topK: topK <= 0 || topK >= engine.vocabSize ? 0 : topK,
    minP: request.min_p ?? defaults.minP ?? 0,
    typicalP: request.typical_p ?? 1,
    repetitionPenalty: request.use_beam_search ? 1 : (request.repetition_penalty ?? defaults.repetitionPenalty ?? 1),
    frequencyPenalty: request.frequency_penalty,
    presencePenalty: request.presence_penalty,
    logitBias: request.logit_bias,
    allowedTokenIds: request.allowed_token_ids ?? null,
    badWords: badWordIds(request.bad_words, tokenizer),
    minTokens: request.min_tokens,
    stopTokenIds: request.stop_token_ids,
    ignoreEos: request.ignore_eos,
    seed: BigInt.asUintN(64, seed),
  };
}

/** Beams are the likeliest texts of the model's own distribution: nothing may change it, nor tell it token by token. */
function refuseWithBeams(request: GenerationFields): void {
  const changed = {
    min_p: (request.min_p ?? 0) !== 0,
    typical_p: (request.typical_p ?? 1) !== 1,
    repetition_penalty: (request.repetition_penalty ?? 1) !== 1,
    frequency_penalty: request.frequency_penalty !== 0,
    presence_penalty: request.presence_penalty !== 0,
    logit_bias: request.logit_bias.size > 0,
    allowed_token_ids: request.allowed_token_ids !== undefined,
    bad_words: request.bad_words.length > 0,
    min_tokens: request.min_tokens > 0,
    prompt_logprobs: request.prompt_logprobs !== undefined,
  };
  for (const [param, isAsked] of Object.entries(changed)) {
    if (isAsked) throw badRequest(param, `${param} cannot be used with use_beam_search`);
  }
}

function checkIds({ engine }: Serving, request: GenerationFields): void {
  const lists = {
    stop_token_ids: request.stop_token_ids,
    allowed_token_ids: request.allowed_token_ids ?? [],
    logit_bias: request.logit_bias.keys(),
  };
  for (const [param, ids] of Object.entries(lists)) {
    for (const id of ids) {
      if (id >= engine.vocabSize) {
        throw badRequest(param, `${param} must name token ids below ${engine.vocabSize}: received ${id}`);
      }
    }
  }
}
