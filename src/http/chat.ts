import { type ChoiceEvents, type Completion, chunkHead, chunkTail, type Dialect, finishFields } from "./answer.ts";
import type { Choice } from "./choice.ts";
import type { Delta } from "./delta.ts";
import { badRequest } from "./errors.ts";
import { forcedCalls } from "./forced_calls.ts";
import { type Job, type JobContext, makeJob } from "./job.ts";
import { chatLogprobs, promptLogprobs } from "./logprobs.ts";
import { encodeMessages } from "./prompt.ts";
import type { ChatRequest } from "./schema.ts";
import type { Serving } from "./serving.ts";
import { type Structure, structureOf } from "./structured.ts";
import { offeredTools, toolsToCall } from "./tools.ts";
import type { Reading } from "./tools_answer.ts";

export function chatJob(
  serving: Serving,
  request: ChatRequest,
  context: Pick<JobContext, "id" | "created" | "seed" | "cacheSalt">,
): Job {
  const tools = offeredTools(serving, request);
  const prompt = encodeMessages(serving, { ...request, tools });
  const { maxModelLen } = serving.model;
  const structure = structureOfCalls(serving, request) ?? structureOf(request);
  // What keeps to a grammar has no place for reasoning.
  const thinking = structure === null ? serving : { ...serving, reasoning: false };
  const reading = readingOf(thinking, prompt, tools.length > 0, request.parallel_tool_calls);
  if (request.top_logprobs > 0 && !request.logprobs) {
    throw badRequest("top_logprobs", "top_logprobs is only allowed with logprobs: true");
  }
  const logprobs = request.logprobs ? request.top_logprobs : -1;
  const fields = { defaultMaxTokens: maxModelLen, promptParam: "messages", reading, structure, logprobs } as const;
  return makeJob(serving, request, [prompt], { ...context, ...fields });
}

function structureOfCalls({ toolCalls, chatTemplate }: Serving, request: ChatRequest): Structure | null {
  const tools = toolsToCall(request);
  if (tools === null) return null;
  const asked = structureOf(request);
  if (asked !== null)
    throw badRequest(asked.param, `${asked.param} cannot be used with a tool_choice that forces a call`);
  const several = request.tool_choice === "required" && request.parallel_tool_calls;
  return forcedCalls(toolCalls!, tools, several, chatTemplate?.text ?? "");
}

function readingOf(
  { tokenizer, toolCalls, reasoning }: Serving,
  prompt: readonly number[],
  callable: boolean,
  parallel: boolean,
): Reading | null {
  if (!callable && !reasoning) return null;
  const markers = [...(callable ? toolCalls!.markers : []), ...(reasoning ? ["<think>", "</think>"] : [])];
  const ids = markers.map((marker) => tokenizer.tokenId(marker)).filter((id) => id !== undefined);
  const tail = reasoning ? tokenizer.decode(prompt.slice(-MARKER_TOKENS), { skipSpecialTokens: false }) : "";
  return {
    reasoning: reasoning ? { opened: tail.trimEnd().endsWith("<think>") } : null,
    toolCalls: callable ? toolCalls : null,
    parallel,
    markerIds: new Set(ids),
  };
}

/** As many tokens as `<think>` and line breaks after it can take. */
const MARKER_TOKENS = 16;

/** POST /v1/chat/completions on the wire. */
export const chatDialect: Dialect = {
  chunkObject: "chat.completion.chunk",

  body(completions, job) {
    return {
      object: "chat.completion",
      choices: completions.map((completion) => choiceBody(completion, job)),
      ...(job.promptLogprobs >= 0 && {
        prompt_logprobs: promptLogprobs(job.prompts[0]!, completions[0]!.promptLogprobs, job.promptLogprobs, job.names),
      }),
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
      delta(delta) {
        const { tokenIds, scored, finish } = delta;
        const logprobs = scored ? JSON.stringify(chatLogprobs(scored, job.names)) : null;
        const ids = job.returnTokenIds ? `,"token_ids":[${tokenIds}]` : "";
        return `${head}"delta":${said(delta)},"logprobs":${logprobs},${finishFields(finish)}${ids}${after}`;
      },
    };
  },
};

function said({ text, reasoning, calls }: Delta): string {
  const fields: string[] = [];
  if (reasoning) fields.push(`"reasoning_content":${JSON.stringify(reasoning)}`);
  if (text !== "") fields.push(`"content":${JSON.stringify(text)}`);
  if (calls?.length) fields.push(`"tool_calls":${JSON.stringify(calls)}`);
  return `{${fields}}`;
}

function choiceBody({ index, text, reasoning, calls, finish, tokenIds, scored }: Completion, job: Job) {
  return {
    index,
    message: {
      role: "assistant",
      content: text === "" && (calls.length > 0 || reasoning !== "") ? null : text,
      refusal: null,
      ...(reasoning !== "" && { reasoning_content: reasoning }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    logprobs: job.logprobs < 0 ? null : chatLogprobs(scored, job.names),
    finish_reason: finish.reason,
    stop_reason: finish.stopReason,
    ...(job.returnTokenIds && { token_ids: tokenIds }),
  };
}
