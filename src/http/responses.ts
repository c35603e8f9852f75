import { allOrNone, streamed, type Usage, usageOf } from "./answer.ts";
import { chatJob } from "./chat.ts";
import { type Choice, startChoices, withGrammar } from "./choice.ts";
import type { Delta } from "./delta.ts";
import { ApiError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Job, JobContext } from "./job.ts";
import type { Metrics } from "./metrics.ts";
import { type OutputEvent, type OutputItem, ResponseOutput } from "./response_output.ts";
import type { ResponseStore } from "./response_store.ts";
import { type Item, keptItems, readItems, toMessages } from "./responses_input.ts";
import { parseResponses, type ResponsesRequest, SHARED_FIELDS } from "./responses_schema.ts";
import { parseChat } from "./schema.ts";
import type { AppDeps, Serving } from "./serving.ts";
import { fitting } from "./truncation.ts";

export interface ResponsesContext {
  readonly request: Request;
  readonly serving: Serving;
  readonly deps: AppDeps;
  readonly metrics: Metrics;
  readonly exchange: Exchange;
  readonly store: ResponseStore;
  /** Whose responses may be gone on from. */
  readonly owner: string;
  readonly job: Pick<JobContext, "id" | "created" | "seed" | "cacheSalt">;
}

type Status = "in_progress" | "completed" | "incomplete" | "failed";

/** A response as clients read it. */
export type ResponseBody = ReturnType<typeof responseBody>;

/**
 * POST /v1/responses: a chat whose answer is a list of items and which the server may remember. Throws a 400 naming the
 * field, a 404 where the response to go on from is not there.
 */
export async function respond(body: Readonly<Record<string, unknown>>, context: ResponsesContext): Promise<Response> {
  const { serving, exchange, store, owner, metrics } = context;
  const request = parseResponses(body);
  const { previous_response_id: previous } = request;
  const earlier = previous === undefined ? [] : store.get(owner, previous, "previous_response_id").items;
  const items = [...earlier, ...readItems(request.input)];
  const job = await named(async () => {
    const make = (kept: readonly Item[]) => chatJob(serving, parseChat(chatBody(request, body, kept)), context.job);
    const asked = request.truncation === "auto" ? fitting(items, make) : make(items);
    exchange.check();
    return withGrammar(serving, asked, exchange.abort.signal);
  });
  exchange.check();
  const choices = startChoices(serving, job, metrics, exchange.abort);
  exchange.work = { job, choices };
  const run = new ResponseRun(request, job, choices[0]!);
  const finish = (response: ResponseBody) => {
    if (request.store) store.put(owner, { body: response, items: [...items, ...keptItems(response.output)] });
    return response;
  };
  if (!request.stream) return Response.json(finish(await run.toEnd(exchange.abort, () => undefined)));

  let sent = 0;
  const numbered = ({ type, ...fields }: OutputEvent) => JSON.stringify({ type, ...fields, sequence_number: sent++ });
  return streamed(
    async (send) => {
      for (const type of ["response.created", "response.in_progress"]) {
        send(numbered({ type, response: run.body("in_progress") }), type);
      }
      const response = await run.toEnd(exchange.abort, (event) => send(numbered(event), event.type));
      const type = `response.${response.status}`;
      send(numbered({ type, response: finish(response) }), type);
    },
    context,
    ({ code, message, param }, send) => {
      send(numbered({ type: "error", code, message, param }), "error");
      const response = { ...run.body("failed"), error: { code: "server_error", message } };
      send(numbered({ type: "response.failed", response }), "response.failed");
    },
  );
}

/** One response in the making. */
class ResponseRun {
  readonly #request: ResponsesRequest;
  readonly #job: Job;
  readonly #choice: Choice;
  readonly #output: ResponseOutput;

  constructor(request: ResponsesRequest, job: Job, choice: Choice) {
    this.#request = request;
    this.#job = job;
    this.#choice = choice;
    this.#output = new ResponseOutput(job.names);
  }

  /** Resolves with the whole response, every step of which `emit` was told. */
  async toEnd(abort: AbortController, emit: (event: OutputEvent) => Promise<void> | undefined): Promise<ResponseBody> {
    let status: "completed" | "incomplete" = "completed";
    const sink = (delta: Delta) => {
      let room: Promise<void> | undefined;
      for (const event of this.#output.push(delta)) room = emit(event);
      if (delta.finish?.reason === "length") status = "incomplete";
      return room;
    };
    await allOrNone([this.#choice], abort, (choice) => choice.run(sink));
    for (const event of this.#output.end(status)) emit(event);
    return this.body(status);
  }

  body(status: Status): ResponseBody {
    const { items, reasoningTokens } = this.#output;
    const usage = status === "in_progress" ? null : usageOf(this.#job, [this.#choice]);
    return responseBody(this.#request, this.#job, status, [...items], usage, reasoningTokens);
  }
}

function responseBody(
  request: ResponsesRequest,
  { id, created, model, params }: Job,
  status: Status,
  output: readonly OutputItem[],
  usage: Usage | null,
  reasoningTokens: number,
) {
  const { temperature, topP } = params[0]!;
  return {
    id,
    object: "response",
    created_at: created,
    status,
    error: null as { code: string; message: string } | null,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: request.metadata,
    model,
    output,
    parallel_tool_calls: request.parallel_tool_calls,
    previous_response_id: request.previous_response_id ?? null,
    reasoning: { effort: null, summary: null },
    store: request.store,
    temperature,
    text: { format: request.text?.format ?? { type: "text" } },
    tool_choice: request.tool_choice,
    tools: request.tools,
    top_logprobs: request.top_logprobs,
    top_p: topP,
    truncation: request.truncation,
    usage: usage && {
      input_tokens: usage.prompt_tokens,
      input_tokens_details: usage.prompt_tokens_details,
      output_tokens: usage.completion_tokens,
      output_tokens_details: { reasoning_tokens: reasoningTokens },
      total_tokens: usage.total_tokens,
    },
  };
}

/** The chat request that says the same. */
function chatBody(request: ResponsesRequest, body: Readonly<Record<string, unknown>>, items: readonly Item[]) {
  const { instructions, tools, tool_choice: choice, text, top_logprobs } = request;
  const system = instructions === undefined ? [] : [{ role: "system", content: instructions }];
  const { type, ...schema } = text?.format ?? { type: "text" };
  return {
    ...Object.fromEntries(SHARED_FIELDS.map((name) => [name, body[name] ?? null])),
    model: request.model ?? null,
    messages: [...system, ...toMessages(items)],
    max_completion_tokens: request.max_output_tokens ?? null,
    tools: tools.map(({ type, ...description }) => ({ type, function: withoutNulls(description) })),
    tool_choice: typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } },
    parallel_tool_calls: request.parallel_tool_calls,
    logprobs: request.include.length > 0 || top_logprobs > 0,
    top_logprobs,
    response_format: type === "json_schema" ? { type, json_schema: schema } : { type },
  };
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Runs `make`, whose errors name the fields of a chat, and renames these as the client knows them. */
async function named<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, message, param, code, headers } = error;
    throw new ApiError(status, renamed(message), { param: param && renamed(param), code, headers: { ...headers } });
  }
}

function renamed(text: string): string {
  return text
    .replace(/\bmessages\b(\[\d+\])?(\.content)?/g, "input")
    .replace(/\bresponse_format(\.json_schema)?\b/g, "text.format")
    .replaceAll("max_completion_tokens", "max_output_tokens")
    .replace(/\b(tools\[\d+\]|tool_choice)\.function\b/g, "$1");
}
