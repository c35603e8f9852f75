import type { z } from "zod";
import * as answers from "./answer_schemas.ts";
import { embeddingsSchema } from "./embeddings.ts";
import { responsesSchema } from "./responses_schema.ts";
import { chatSchema, completionSchema, detokenizeSchema, tokenizeSchema } from "./schema.ts";

/** One endpoint as /openapi.json and /docs describe it. */
export interface Endpoint {
  readonly method: "get" | "post" | "delete";
  /** With parameters in braces. */
  readonly path: string;
  readonly summary: string;
  /** Of the JSON body. */
  readonly request?: z.ZodType;
  /** Of the JSON answer; a string: the media type of one that is not JSON. */
  readonly answer: z.ZodType | string;
  /** Of each event's data, where the request may ask for a stream. */
  readonly event?: z.ZodType;
  /** Asked without a key. */
  readonly open?: true;
}

export const ENDPOINTS: readonly Endpoint[] = [
  {
    method: "post",
    path: "/v1/chat/completions",
    summary: "Answer a conversation",
    request: chatSchema,
    answer: answers.chatAnswer,
    event: answers.chatChunk,
  },
  {
    method: "post",
    path: "/v1/completions",
    summary: "Continue texts",
    request: completionSchema,
    answer: answers.completionAnswer,
    event: answers.completionAnswer,
  },
  {
    method: "post",
    path: "/v1/responses",
    summary: "Answer a conversation that the server may remember",
    request: responsesSchema,
    answer: answers.responseAnswer,
    event: answers.responseEvent,
  },
  { method: "get", path: "/v1/responses/{response}", summary: "A stored response", answer: answers.responseAnswer },
  {
    method: "delete",
    path: "/v1/responses/{response}",
    summary: "Forget a stored response",
    answer: answers.responseDeletedAnswer,
  },
  {
    method: "post",
    path: "/v1/embeddings",
    summary: "Vectors of texts",
    request: embeddingsSchema,
    answer: answers.embeddingsAnswer,
  },
  { method: "get", path: "/v1/models", summary: "The model's names", answer: answers.modelsAnswer },
  { method: "get", path: "/v1/models/{model}", summary: "One of them", answer: answers.modelAnswer },
  {
    method: "post",
    path: "/tokenize",
    summary: "The token ids of a text, or of messages",
    request: tokenizeSchema,
    answer: answers.tokenizeAnswer,
  },
  {
    method: "post",
    path: "/detokenize",
    summary: "The text of token ids",
    request: detokenizeSchema,
    answer: answers.detokenizeAnswer,
  },
  { method: "get", path: "/health", summary: "The process is alive", answer: answers.statusAnswer, open: true },
  {
    method: "get",
    path: "/ready",
    summary: "The model is loaded; 503 before",
    answer: answers.statusAnswer,
    open: true,
  },
  { method: "get", path: "/version", summary: "The server's version", answer: answers.versionAnswer, open: true },
  { method: "get", path: "/metrics", summary: "Metrics for Prometheus", answer: "text/plain", open: true },
  { method: "get", path: "/debug/kv", summary: "What the KV cache holds, and for whom", answer: answers.kvAnswer },
  {
    method: "get",
    path: "/debug/kv/events",
    summary: "What the prefix cache can find, and every change of it, as server-sent events",
    answer: "text/event-stream",
  },
  { method: "get", path: "/openapi.json", summary: "This description", answer: "application/json", open: true },
  { method: "get", path: "/docs", summary: "The same for readers", answer: "text/html", open: true },
];
