import { ApiError } from "./errors.ts";
import type { Item } from "./responses_input.ts";

const MAX_RESPONSES = 1000;
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** A response that can be read again, and gone on from. */
export interface StoredResponse {
  /** As the client got it. */
  readonly body: { readonly id: string };
  /** The conversation up to and with it. */
  readonly items: readonly Item[];
}

interface Entry extends StoredResponse {
  readonly characters: number;
}

/**
 * The last used responses, in memory: bounded in number and size, gone with the process. Each owner (API key) sees its
 * own alone.
 */
export class ResponseStore {
  readonly #maxResponses: number;
  readonly #maxCharacters: number;
  /** By owner and id, the longest unused first. */
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  constructor(maxResponses = MAX_RESPONSES, maxCharacters = MAX_CHARACTERS) {
    this.#maxResponses = maxResponses;
    this.#maxCharacters = maxCharacters;
  }

  get size(): number {
    return this.#entries.size;
  }

  put(owner: string, response: StoredResponse): void {
    const characters = JSON.stringify(response).length;
    this.#entries.set(nameOf(owner, response.body.id), { ...response, characters });
    this.#characters += characters;
    for (const name of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxResponses && this.#characters <= this.#maxCharacters) break;
      this.#remove(name);
    }
  }

  /** Throws a 404 where the owner has none of that id; `param` is the field that asked for it. */
  get(owner: string, id: string, param: string): StoredResponse {
    const name = nameOf(owner, id);
    const entry = this.#entries.get(name);
    if (entry === undefined) throw notFound(id, param);
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry;
  }

  /** Throws a 404 where there is none. */
  delete(owner: string, id: string): void {
    if (!this.#remove(nameOf(owner, id))) throw notFound(id, "id");
  }

  #remove(name: string): boolean {
    this.#characters -= this.#entries.get(name)?.characters ?? 0;
    return this.#entries.delete(name);
  }
}

/** An id has no line break. */
function nameOf(owner: string, id: string): string {
  return `${id}\n${owner}`;
}

function notFound(id: string, param: string): ApiError {
  const message = `There is no response ${JSON.stringify(id.slice(0, 100))}: it was not stored, or made room for later ones`;
  return new ApiError(404, message, { param, code: "response_not_found" });
}
