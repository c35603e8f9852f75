import type { CallDelta, Delta } from "./delta.ts";
import { chatLogprobs, type TokenNames } from "./logprobs.ts";
import { newId } from "./request_id.ts";

type Status = "in_progress" | "completed" | "incomplete";
type Logprobs = ReturnType<typeof chatLogprobs>["content"];

interface TextPart {
  readonly type: "output_text";
  readonly text: string;
  readonly annotations: readonly [];
  readonly logprobs: Logprobs;
}

interface ReasoningPart {
  readonly type: "reasoning_text";
  readonly text: string;
}

/** One item of a response's output. */
export type OutputItem =
  | {
      readonly type: "message";
      readonly id: string;
      readonly status: Status;
      readonly role: "assistant";
      readonly content: readonly TextPart[];
    }
  | {
      readonly type: "reasoning";
      readonly id: string;
      readonly status: Status;
      readonly summary: readonly [];
      readonly content: readonly ReasoningPart[];
    }
  | {
      readonly type: "function_call";
      readonly id: string;
      readonly status: Status;
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    };

/** A stream's event without its number. */
export type OutputEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What the model says, put together into items; each step of it as the events that a stream shows. */
export class ResponseOutput {
  readonly items: OutputItem[] = [];
  /** Tokens of which some text was reasoning. */
  reasoningTokens = 0;
  readonly #names: TokenNames;
  #open: OutputItem | null = null;
  #text = "";
  #logprobs: Logprobs = [];
  /** Of tokens whose text is held back: it is not known yet whether it belongs to a message. */
  #held: Logprobs = [];

  constructor(names: TokenNames) {
    this.#names = names;
  }

  push({ text, reasoning = "", calls = [], scored, tokenIds }: Delta): OutputEvent[] {
    const events: OutputEvent[] = [];
    if (reasoning !== "") {
      this.reasoningTokens += tokenIds.length;
      events.push(...this.#turnTo("reasoning"), ...this.#say("response.reasoning_text.delta", reasoning, {}));
    }
    if (scored && reasoning === "") this.#held.push(...chatLogprobs(scored, this.#names).content);
    if (text !== "") {
      const turned = this.#turnTo("message");
      const logprobs = this.#takeHeld();
      events.push(...turned, ...this.#say("response.output_text.delta", text, { logprobs }));
    }
    for (const call of calls) events.push(...this.#call(call));
    return events;
  }

  /** Closes the last item. A response that says nothing has an empty message. */
  end(status: "completed" | "incomplete"): OutputEvent[] {
    const events = this.items.length === 0 && this.#open === null ? this.#turnTo("message") : [];
    return [...events, ...this.#close(status)];
  }

  get #place() {
    return { item_id: this.#open!.id, output_index: this.items.length };
  }

  #say(type: string, delta: string, more: object): OutputEvent[] {
    this.#text += delta;
    return [{ type, ...this.#place, content_index: 0, delta, ...more }];
  }

  #takeHeld(): Logprobs {
    const held = this.#held;
    this.#held = [];
    this.#logprobs.push(...held);
    return held;
  }

  #call({ id, function: part }: CallDelta): OutputEvent[] {
    const events: OutputEvent[] = [];
    this.#held = [];
    if (id !== undefined) {
      events.push(...this.#close("completed"));
      const call = {
        id: `fc_${newId()}`,
        status: "in_progress",
        call_id: id,
        name: part.name!,
        arguments: "",
      } as const;
      events.push(this.#added({ type: "function_call", ...call }));
    }
    if (part.arguments === "") return events;
    this.#text += part.arguments;
    return [...events, { type: "response.function_call_arguments.delta", ...this.#place, delta: part.arguments }];
  }

  #turnTo(type: "message" | "reasoning"): OutputEvent[] {
    if (this.#open?.type === type) return [];
    const events = this.#close("completed");
    const status = "in_progress";
    const item: OutputItem =
      type === "message"
        ? { type, id: `msg_${newId()}`, status, role: "assistant", content: [] }
        : { type, id: `rs_${newId()}`, status, summary: [], content: [] };
    events.push(this.#added(item));
    const part = type === "message" ? textPart("", []) : { type: "reasoning_text", text: "" };
    return [...events, { type: "response.content_part.added", ...this.#place, content_index: 0, part }];
  }

  #added(item: OutputItem): OutputEvent {
    this.#open = item;
    this.#text = "";
    this.#logprobs = [];
    return { type: "response.output_item.added", output_index: this.items.length, item };
  }

  #close(status: "completed" | "incomplete"): OutputEvent[] {
    const open = this.#open;
    if (open === null) return [];
    const text = this.#text;
    const place = this.#place;
    const events: OutputEvent[] = [];
    let item: OutputItem;
    if (open.type === "function_call") {
      item = { ...open, status, arguments: text };
      const { name } = open;
      events.push({ type: "response.function_call_arguments.done", ...place, name, arguments: text });
    } else if (open.type === "message") {
      this.#takeHeld();
      const part = textPart(text, this.#logprobs);
      item = { ...open, status, content: [part] };
      const { logprobs } = part;
      events.push({ type: "response.output_text.done", ...place, content_index: 0, text, logprobs });
      events.push({ type: "response.content_part.done", ...place, content_index: 0, part });
    } else {
      const part = { type: "reasoning_text", text } as const;
      item = { ...open, status, content: [part] };
      events.push({ type: "response.reasoning_text.done", ...place, content_index: 0, text });
      events.push({ type: "response.content_part.done", ...place, content_index: 0, part });
    }
    events.push({ type: "response.output_item.done", output_index: place.output_index, item });
    this.items.push(item);
    this.#open = null;
    return events;
  }
}

function textPart(text: string, logprobs: Logprobs): TextPart {
  return { type: "output_text", text, annotations: [], logprobs };
}
