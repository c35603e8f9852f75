import { ask, ChatError, type ChatServer, reportedError } from "./chat_server.ts";
import { eventData } from "./event_data.ts";

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** The body of a chat completion, but for how it is streamed. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly temperature?: number | undefined;
  readonly max_tokens?: number | undefined;
  readonly seed?: number | undefined;
}

export interface Reply {
  readonly text: string;
  /** What the server says ended it; null where it was stopped from here. */
  readonly finish: string | null;
  readonly timing: ReplyTiming;
  /** Null where the server tells none, as for a reply that was stopped. */
  readonly usage: Usage | null;
}

/** Milliseconds. */
export interface ReplyTiming {
  /** From the request to the first text; null where there was none. */
  readonly firstText: number | null;
  /** From the first text to the last. */
  readonly generating: number;
  /** Pieces of text, most often one for each token. */
  readonly pieces: number;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: Usage | null;
  readonly error?: { readonly message?: string; readonly code?: string };
}

/**
 * Asks for a reply and passes its text on as it comes. Where `signal` aborts, returns what has come so far. Throws
 * ChatError.
 *
 * @param now monotonic, in ms
 */
export async function hearReply(
  server: ChatServer,
  request: ChatRequest,
  onText: (text: string) => void,
  signal: AbortSignal,
  now: () => number,
): Promise<Reply> {
  const asked = now();
  let text = "";
  let finish: string | null = null;
  let usage: Usage | null = null;
  let pieces = 0;
  let first: number | null = null;
  let last = asked;
  try {
    const body = { ...request, stream: true, stream_options: { include_usage: true } };
    const response = await ask(server, "/chat/completions", body, signal);
    for await (const data of eventData(response.body!, signal)) {
      if (data === "[DONE]") break;
      const chunk = parseChunk(data);
      if (chunk.error) throw reportedError(chunk.error);
      usage = chunk.usage ?? usage;
      const choice = chunk.choices?.[0];
      finish = choice?.finish_reason ?? finish;
      const piece = choice?.delta?.content ?? "";
      if (piece === "") continue;
      last = now();
      first ??= last;
      pieces++;
      text += piece;
      onText(piece);
    }
    if (finish === null && !signal.aborted)
      throw new ChatError("The server ended its answer before the reply was whole");
  } catch (error) {
    if (!signal.aborted)
      throw error instanceof ChatError ? error : new ChatError(`The connection broke: ${(error as Error).message}`);
  }
  const timing = { firstText: first === null ? null : first - asked, generating: last - (first ?? last), pieces };
  return { text, finish, usage, timing };
}

function parseChunk(data: string): Chunk {
  try {
    return JSON.parse(data) as Chunk;
  } catch {
    throw new ChatError(`Cannot read the server's stream: an event is no JSON: received ${data.slice(0, 100)}`);
  }
}
