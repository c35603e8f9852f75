import { type ChoiceEvents, type Completion, chunkHead, chunkTail, type Dialect, finishFields } from "./answer.ts";
import type { Choice } from "./choice.ts";
import { type Job, type JobContext, makeJob } from "./job.ts";
import { completionLogprobs, promptLogprobs } from "./logprobs.ts";
import { encodePrompt, readPrompts } from "./prompt.ts";
import type { CompletionRequest } from "./schema.ts";
import type { Serving } from "./serving.ts";

/** OpenAI's and vLLM's max_tokens where a completion gives none. */
const DEFAULT_MAX_TOKENS = 16;

export function completionJob(
  serving: Serving,
  request: CompletionRequest,
  context: Pick<JobContext, "id" | "created" | "seed" | "cacheSalt">,
): Job {
  const prompts = readPrompts(request.prompt);
  const encoded = prompts.map((prompt, i) =>
    encodePrompt(serving, prompt, prompts.length > 1 ? `prompt[${i}]` : "prompt"),
  );
  return makeJob(serving, request, encoded, {
    ...context,
    defaultMaxTokens: DEFAULT_MAX_TOKENS,
    promptParam: "prompt",
    logprobs: request.logprobs ?? -1,
    echo: request.echo,
  });
}

/** POST /v1/completions on the wire. */
export const completionDialect: Dialect = {
  chunkObject: "text_completion",

  body(completions, job) {
    return { object: "text_completion", choices: completions.map((completion) => choiceBody(completion, job)) };
  },

  events(choice: Choice, job: Job): ChoiceEvents {
    const before = `${chunkHead(job, "text_completion", choice.index)}"text":`;
    const after = chunkTail(job);
    let promptIds = job.returnTokenIds ? `,"prompt_token_ids":${JSON.stringify(choice.promptIds)}` : "";
    return {
      open: () => null,
      delta({ text, tokenIds, scored, finish }) {
        const ids = job.returnTokenIds ? `,"token_ids":[${tokenIds}]${promptIds}` : "";
        promptIds = "";
        const logprobs = scored ? JSON.stringify(completionLogprobs(scored, job.logprobs, job.names)) : null;
        return `${before}${JSON.stringify(text)},"logprobs":${logprobs},${finishFields(finish)}${ids}${after}`;
      },
    };
  },
};

function choiceBody(completion: Completion, job: Job) {
  const { index, text, finish, tokenIds, promptIds } = completion;
  const scores = completion.promptLogprobs;
  return {
    index,
    text,
    logprobs: job.logprobs < 0 ? null : completionLogprobs(completion.scored, job.logprobs, job.names),
    finish_reason: finish.reason,
    stop_reason: finish.stopReason,
    ...(job.promptLogprobs >= 0 && {
      prompt_logprobs: promptLogprobs(promptIds, scores, job.promptLogprobs, job.names),
    }),
    ...(job.returnTokenIds && { token_ids: tokenIds, prompt_token_ids: promptIds }),
  };
}
