import type { Message } from "./reply.ts";

/** What has been said, as the API wants to be told it again with every turn. */
export class Conversation {
  #system: string | undefined;
  #turns: Message[] = [];

  constructor(system?: string) {
    this.#system = system;
  }

  /** Forgets all turns. */
  reset(): void {
    this.#turns = [];
  }

  /** Begins anew with another system prompt; undefined: with none. */
  resetTo(system: string | undefined): void {
    this.#system = system;
    this.reset();
  }

  /** The messages that ask for a reply to `text`. */
  asking(text: string): Message[] {
    const system: Message[] = this.#system === undefined ? [] : [{ role: "system", content: this.#system }];
    return [...system, ...this.#turns, { role: "user", content: text }];
  }

  /** A turn that got no reply is never added, so that the next request does not send two questions in a row. */
  add(text: string, reply: string): void {
    this.#turns.push({ role: "user", content: text }, { role: "assistant", content: reply });
  }
}
