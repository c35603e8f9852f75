import { ReasoningSplitter } from "../text/reasoning.ts";
import type { ToolCallEvent, ToolCallParser } from "../text/tool_calls/events.ts";
import type { ToolCallFormat } from "../text/tool_calls/format.ts";
import type { CallDelta, Delta, Finish } from "./delta.ts";

/** How the answers to a request are taken apart. */
export interface Reading {
  /** Null: reasoning is part of the text. Else, whether the prompt has already begun it. */
  readonly reasoning: { readonly opened: boolean } | null;
  /** Null: no tool may be called. */
  readonly toolCalls: ToolCallFormat | null;
  /** False: the answer ends with its first call. */
  readonly parallel: boolean;
  /** Special tokens that are text all the same, because they are a parser's markers. */
  readonly markerIds: ReadonlySet<number>;
}

export interface ToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Takes one choice's text apart into reasoning, content and tool calls. */
export class AnswerReader {
  readonly #splitter: ReasoningSplitter | null;
  readonly #format: ToolCallFormat | null;
  readonly #parser: ToolCallParser | null;
  readonly #parallel: boolean;
  #calls: "none" | "open" | "complete" = "none";

  constructor({ reasoning, toolCalls, parallel }: Reading) {
    this.#splitter = reasoning && new ReasoningSplitter(reasoning.opened);
    this.#format = toolCalls;
    this.#parser = toolCalls?.parser() ?? null;
    this.#parallel = parallel;
  }

  /** The delta with its text taken apart; the last one where only one call is wanted and it is complete. */
  read({ text, tokenIds, finish, ...rest }: Delta): Delta {
    const last = finish !== null;
    const { reasoning, content } = this.#split(text, last);
    if (this.#parser === null) return { ...rest, text: content, reasoning, tokenIds, finish };
    const events = [...this.#parser.push(content), ...(last ? this.#parser.flush() : [])];
    const { kept, over } = this.#parallel ? { kept: events, over: false } : untilOneCall(events);
    const ended: Finish | null = over ? { reason: "stop", stopReason: null } : finish;
    return { ...rest, ...this.#written(kept), reasoning, tokenIds, finish: this.#finish(ended) };
  }

  #split(text: string, last: boolean): { reasoning: string; content: string } {
    if (this.#splitter === null) return { reasoning: "", content: text };
    const part = this.#splitter.push(text);
    if (!last) return part;
    const rest = this.#splitter.flush();
    return { reasoning: part.reasoning + rest.reasoning, content: part.content + rest.content };
  }

  #written(events: readonly ToolCallEvent[]): { text: string; calls: readonly CallDelta[] } {
    let text = "";
    const calls: CallDelta[] = [];
    for (const event of events) {
      if (event.type === "content") text += event.text;
      else if (event.type === "end") this.#calls = "complete";
      else if (event.type === "arguments") addArguments(calls, event);
      else {
        this.#calls = "open";
        calls.push({
          index: event.index,
          id: callId(this.#format!.id),
          type: "function",
          function: { name: event.name, arguments: "" },
        });
      }
    }
    return { text, calls };
  }

  /** Who is told of calls may run them, so they must be complete. */
  #finish(finish: Finish | null): Finish | null {
    return finish?.reason === "stop" && this.#calls === "complete" ? { ...finish, reason: "tool_calls" } : finish;
  }
}

/** The events of the first call and before it; `over`: it is complete, or another one begins. */
function untilOneCall(events: readonly ToolCallEvent[]): { kept: readonly ToolCallEvent[]; over: boolean } {
  const last = events.findIndex((event) => event.type === "end" || (event.type === "call" && event.index > 0));
  if (last < 0) return { kept: events, over: false };
  return { kept: events.slice(0, events[last]!.type === "end" ? last + 1 : last), over: true };
}

function addArguments(calls: CallDelta[], { index, text }: { index: number; text: string }): void {
  const last = calls.at(-1);
  if (last?.index !== index) calls.push({ index, function: { arguments: text } });
  else calls[calls.length - 1] = { ...last, function: { ...last.function, arguments: last.function.arguments + text } };
}

/** The whole calls after one more delta. */
export function withDelta(calls: readonly ToolCall[], deltas: readonly CallDelta[]): readonly ToolCall[] {
  const whole = [...calls];
  for (const { index, id, function: part } of deltas) {
    if (id !== undefined)
      whole.push({ id, type: "function", function: { name: part.name!, arguments: part.arguments } });
    else {
      const call = whole[index]!;
      whole[index] = { ...call, function: { ...call.function, arguments: call.function.arguments + part.arguments } };
    }
  }
  return whole;
}

const ID_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function callId({ prefix, length }: ToolCallFormat["id"]): string {
  const random = crypto.getRandomValues(new Uint32Array(length));
  return prefix + Array.from(random, (word) => ID_LETTERS[word % ID_LETTERS.length]).join("");
}
