/** Where a conversation is answered: an OpenAI API, in another process or in this one. */
export interface ChatServer {
  /** As `fetch`; the engine of this process answers it without a socket. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Base of the API, such as `http://localhost:8000/v1`. */
  readonly url: string;
  /** Bearer key; undefined sends none. */
  readonly apiKey: string | undefined;
}

/** A server's answer that is no reply, or no answer at all; the message is a sentence for the user. */
export class ChatError extends Error {
  override name = "ChatError";
  /** The conversation has outgrown the model's context. */
  readonly contextFull: boolean;

  constructor(message: string, contextFull = false) {
    super(message);
    this.contextFull = contextFull;
  }
}

/** Sends a request to the API; `body` makes it a POST. Throws ChatError where no server answers, or with an error. */
export async function ask(
  { fetch, url, apiKey }: ChatServer,
  path: string,
  body?: object,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const request = new Request(`${url}${path}`, {
    method: body ? "POST" : "GET",
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal,
  });
  const response = await fetch(request).catch((error: Error) => {
    throw signal?.aborted ? error : new ChatError(`Cannot reach ${url}: ${rootCause(error)}`);
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/** The names of the models a server has. Throws ChatError. */
export async function listModels(server: ChatServer): Promise<string[]> {
  const response = await ask(server, "/models");
  const list: unknown = await response.json().catch(() => null);
  const data = (list as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw new ChatError(`Cannot list the models of ${server.url}: its answer has no data`);
  return data.map((model: { id: unknown }) => String(model?.id));
}

/** An error that came in the middle of a stream, or as an answer's body. */
export function reportedError(error: { readonly message?: unknown; readonly code?: unknown }): ChatError {
  const message = String(error.message ?? "The server reports an error without a message");
  return new ChatError(message, error.code === "context_length_exceeded" || /context (length|window)/i.test(message));
}

async function refusal(response: Response): Promise<ChatError> {
  const text = await response.text().catch(() => "");
  const { error } = parseObject(text);
  if (typeof error === "object" && error !== null) return reportedError(error);
  return new ChatError(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 200)}`);
}

function parseObject(text: string): { readonly error?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Node and Deno wrap what went wrong in "fetch failed". */
function rootCause(error: Error): string {
  return error.cause instanceof Error
    ? rootCause(error.cause)
    : error.message || String((error as { code?: string }).code);
}
