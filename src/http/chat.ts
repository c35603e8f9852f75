import { type ChoiceEvents, type Completion, chunkHead, chunkTail, type Dialect } from "./answer.ts";
import type { Choice } from "./choice.ts";
import { type Job, type JobContext, makeJob } from "./job.ts";
import { encodeMessages } from "./prompt.ts";
import type { ChatRequest } from "./schema.ts";
import type { Serving } from "./serving.ts";

export function chatJob(
  serving: Serving,
  request: ChatRequest,
  context: Pick<JobContext, "id" | "created" | "seed" | "cacheSalt">,
): Job {
  const prompt = encodeMessages(serving, request);
  const { maxModelLen } = serving.model;
  return makeJob(serving, request, [prompt], { ...context, defaultMaxTokens: maxModelLen, promptParam: "messages" });
}

/** POST /v1/chat/completions on the wire. */
export const chatDialect: Dialect = {
  chunkObject: "chat.completion.chunk",

  body(completions, job) {
    return {
      object: "chat.completion",
      choices: completions.map((completion) => choiceBody(completion, job)),
      ...(job.returnTokenIds && { prompt_token_ids: job.prompts[0] }),
    };
  },

  events(choice: Choice, job: Job): ChoiceEvents {
    const head = chunkHead(job, "chat.completion.chunk", choice.index);
    const after = chunkTail(job);
    const promptIds = job.returnTokenIds ? `,"prompt_token_ids":${JSON.stringify(choice.promptIds)}` : "";
    return {
      open() {
        const delta =
          '"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null,"stop_reason":null';
        return `${head}${delta}${after.slice(0, -1)}${promptIds}}`;
      },
      delta({ text, tokenIds, finish }) {
        const delta = text === "" ? "{}" : `{"content":${JSON.stringify(text)}}`;
        const reason = JSON.stringify(finish?.reason ?? null);
        const stopReason = JSON.stringify(finish?.stopReason ?? null);
        const ids = job.returnTokenIds ? `,"token_ids":[${tokenIds}]` : "";
        return `${head}"delta":${delta},"logprobs":null,"finish_reason":${reason},"stop_reason":${stopReason}${ids}${after}`;
      },
    };
  },
};

function choiceBody({ index, text, finish, tokenIds }: Completion, job: Job) {
  return {
    index,
    message: { role: "assistant", content: text, refusal: null },
    logprobs: null,
    finish_reason: finish.reason,
    stop_reason: finish.stopReason,
    ...(job.returnTokenIds && { token_ids: tokenIds }),
  };
}
