import { ChatError, type ChatServer } from "./chat_server.ts";
import { type CommandContext, isCommand, runCommand } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import type { LineInput } from "./line_input.ts";
import { type ChatRequest, hearReply, type Reply } from "./reply.ts";
import type { Screen } from "./screen.ts";

/** What is the same in every request of a chat. */
export type ChatSettings = Omit<ChatRequest, "messages">;

export interface SessionParts {
  readonly server: ChatServer;
  readonly settings: ChatSettings;
  readonly conversation: Conversation;
  readonly lines: Pick<LineInput, "next" | "close">;
  readonly screen: Screen;
  /** Shown where a turn is asked for. */
  readonly prompt: string;
  /** Monotonic, in ms. */
  now(): number;
}

const CONTINUATION = "  ";

/** Turns of a user and replies of a model, until the user ends it. */
export class ChatSession {
  readonly #parts: SessionParts;
  #lastReply: Reply | null = null;
  /** Of the reply under way. */
  #abort: AbortController | null = null;
  #ended = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Runs to the end of the input. Returns whether every turn got its reply. */
  async run(): Promise<boolean> {
    let sound = true;
    for (;;) {
      const text = await this.#readTurn();
      if (text === null || this.#ended) return sound;
      if (isCommand(text)) {
        if (runCommand(text, this.#context())) return sound;
      } else if (text.trim() !== "") {
        sound = (await this.#turn(text.trim())) && sound;
      }
    }
  }

  /** Ctrl-C: stops the reply under way; where there is none, ends the chat. */
  interrupt(): void {
    if (this.#abort) this.#abort.abort();
    else this.end();
  }

  /** Stops the reply under way and ends the chat. */
  end(): void {
    this.#ended = true;
    this.#abort?.abort();
    this.#parts.lines.close();
  }

  /** A line, and those it goes on in; null at the end of the input. */
  async #readTurn(): Promise<string | null> {
    const { lines, prompt } = this.#parts;
    let text = "";
    for (let line = await lines.next(prompt); line !== null; line = await lines.next(CONTINUATION)) {
      if (!line.endsWith("\\")) return text + line;
      text += `${line.slice(0, -1)}\n`;
    }
    return text || null;
  }

  /** Returns whether there was a reply. */
  async #turn(text: string): Promise<boolean> {
    const { server, settings, conversation, screen, now } = this.#parts;
    this.#abort = new AbortController();
    let atLineStart = true;
    const show = (piece: string) => {
      screen.reply(piece);
      atLineStart = piece.endsWith("\n");
    };
    const endLine = () => {
      if (!atLineStart) screen.reply("\n");
    };
    try {
      const request = { ...settings, messages: conversation.asking(text) };
      const reply = await hearReply(server, request, show, this.#abort.signal, now);
      endLine();
      this.#lastReply = reply;
      if (reply.finish !== null || reply.text !== "") conversation.add(text, reply.text);
      this.#remarkOn(reply);
      return true;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      endLine();
      screen.problem(error.contextFull ? `${error.message}. /reset begins anew.` : error.message);
      return false;
    } finally {
      this.#abort = null;
    }
  }

  #remarkOn({ text, finish, usage }: Reply): void {
    const { screen, settings } = this.#parts;
    if (finish === null) screen.remark("Stopped.");
    else if (finish === "length") {
      const asked = settings.max_tokens !== undefined && usage?.completion_tokens === settings.max_tokens;
      screen.remark(`The reply was cut at ${asked ? "--max-tokens" : "the model's limit; /reset makes room"}.`);
    } else if (text === "") screen.remark("The reply is empty.");
  }

  #context(): CommandContext {
    const { conversation, screen } = this.#parts;
    return { conversation, screen, lastReply: this.#lastReply };
  }
}
