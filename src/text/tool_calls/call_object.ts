import { JsonMachine, type JsonState } from "./json_machine.ts";
import type { Transcript } from "./transcript.ts";

/** Names of the member with the arguments. */
const ARGUMENTS: ReadonlySet<string> = new Set(["arguments", "parameters"]);

/** Members that may come before the name; others are what a model says about a call, and are read over. */
const KNOWN: ReadonlySet<string> = new Set(["name", "type", "id", ...ARGUMENTS]);

/**
 * Reads `{"name": "f", "arguments": {...}}`, members in any order, a UTF-16 unit at a time. The call begins in the
 * transcript when name and arguments are both there; from then on the arguments go through as they come.
 */
export class CallObject {
  readonly #transcript: Transcript;
  readonly #json = new JsonMachine();
  /** The text of the key, or of the string after it, that is being read or was last. */
  #string = "";
  #key = "";
  #name: string | null = null;
  #arguments: "none" | "open" | "complete" = "none";
  /** Arguments that came before the name. */
  #early = "";
  #called = false;

  constructor(transcript: Transcript) {
    this.#transcript = transcript;
  }

  /** "bad": `unit` cannot be part of a call, and has not been taken; what is held is not markup. */
  step(unit: string): "more" | "done" | "bad" {
    const { state, depth } = this.#json;
    const inArguments = this.#arguments === "open";
    if (!this.#json.step(unit)) return "bad";
    if (!inArguments && depth === 1 && !this.#member(unit, state)) return "bad";
    if (this.#json.depth === 0) {
      if (!this.#called) return "bad";
      this.#transcript.drop();
      return "done";
    }
    if (this.#arguments === "open") this.#argument(unit);
    else if (!this.#begin()) this.#transcript.hold(unit);
    return "more";
  }

  /** A unit of the arguments, the first and the last one included. */
  #argument(unit: string): void {
    if (this.#json.depth === 1) this.#arguments = "complete";
    if (!this.#called) {
      this.#early += unit;
      if (!this.#begin()) this.#transcript.hold(unit);
      return;
    }
    this.#transcript.arguments(unit);
    if (this.#arguments === "complete") this.#transcript.end();
  }

  /** True when with the last unit there is enough to begin the call. */
  #begin(): boolean {
    if (this.#called || this.#name === null || this.#arguments === "none") return false;
    this.#called = true;
    this.#transcript.call(this.#name);
    this.#transcript.arguments(this.#early);
    if (this.#arguments === "complete") this.#transcript.end();
    return true;
  }

  /** Follows keys and values of the call itself; false for what a call does not have. */
  #member(unit: string, before: JsonState): boolean {
    const { state } = this.#json;
    if (before === "string" || before === "escape") {
      this.#string += unit;
      if (state === "colon") return this.#keyEnds(JSON.parse(this.#string));
      if (state === "after value" && this.#key === "name") this.#name = JSON.parse(this.#string);
      return this.#name !== "";
    }
    if (state === "string") this.#string = unit;
    return before !== "value" || state === "value" || this.#valueBegins(unit);
  }

  #keyEnds(key: string): boolean {
    this.#key = key;
    return this.#name !== null || KNOWN.has(key);
  }

  #valueBegins(unit: string): boolean {
    if (this.#key === "name") return unit === '"' && this.#name === null;
    if (!ARGUMENTS.has(this.#key)) return true;
    if (unit !== "{" || this.#arguments !== "none") return false;
    this.#arguments = "open";
    return true;
  }
}
