import type { Answered } from "../lib/serving_metrics.ts";
import { EventSplitter } from "./event_splitter.ts";
import { type Prompt, wordsFor } from "./prompt.ts";

/** An OpenAI API and how it is asked. */
export interface Endpoint {
  /** Base of the API, such as `http://localhost:8000/v1`. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly model: string;
  readonly path: "completions" | "chat/completions";
  /** Whether prompts go as token ids; chat takes texts only. */
  readonly sendIds: boolean;
  /** Asks for as many tokens as the load says, whatever the model wants (`ignore_eos`, as vLLM and llama.cpp call it). */
  readonly ignoreEos: boolean;
}

export interface Streamed extends Answered {
  /** Whether the server reported its token counts; else the prompt's is 0 and every chunk counts as one token. */
  readonly reported: boolean;
}

export interface Failed {
  readonly error: string;
}

/** Streams the answer to a body that `requestBody` made. What fails is told, not thrown. */
export async function ask({ url, apiKey, path }: Endpoint, body: string): Promise<Streamed | Failed> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    body,
  };
  const start = performance.now();
  try {
    const response = await fetch(`${url}/${path}`, init);
    if (!response.ok || !response.body)
      return { error: `${response.status}: ${(await response.text()).slice(0, 300)}` };
    return await readAnswer(response.body, start);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** A greedy, streamed request in JSON; made before the clock runs. */
export function requestBody({ model, path, sendIds, ignoreEos }: Endpoint, prompt: Prompt, maxTokens: number): string {
  const chat = path === "chat/completions";
  return JSON.stringify({
    model,
    ...(chat
      ? { messages: [{ role: "user", content: wordsFor(prompt) }] }
      : { prompt: sendIds ? prompt : wordsFor(prompt) }),
    max_tokens: maxTokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
    ...(ignoreEos && { ignore_eos: true }),
  });
}

interface Chunk {
  readonly choices?: readonly {
    readonly text?: string;
    readonly delta?: { readonly content?: string | null; readonly reasoning_content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  readonly error?: { readonly message?: string };
}

async function readAnswer(body: ReadableStream<Uint8Array>, start: number): Promise<Streamed | Failed> {
  const splitter = new EventSplitter();
  const reader = body.getReader();
  const chunks: number[] = [];
  let end = start;
  let usage: Chunk["usage"] = null;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const now = performance.now();
    for (const data of splitter.push(read.value)) {
      if (data === "[DONE]") continue;
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) return { error: chunk.error.message ?? "an error without a message" };
      usage = chunk.usage ?? usage;
      const choice = chunk.choices?.[0];
      if (!choice) continue;
      end = now;
      if (bringsTokens(choice)) chunks.push(now);
    }
  }
  // Tokens without a text, such as special ones, may come as nothing but the end.
  if (chunks.length === 0 && usage && usage.completion_tokens > 0) chunks.push(end);
  if (chunks.length === 0) return { error: "the stream ended without a token" };
  return {
    start,
    chunks,
    end,
    promptTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? chunks.length,
    reported: usage !== null,
  };
}

/** A token may be part of a character and have no text yet; what only opens or ends an answer is no token. */
function bringsTokens({ text, delta, finish_reason }: NonNullable<Chunk["choices"]>[number]): boolean {
  if (text !== undefined) return text !== "" || !finish_reason;
  return Boolean(delta?.content || delta?.reasoning_content);
}
