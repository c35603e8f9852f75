import { CallObject } from "./call_object.ts";
import { ContentReader } from "./content_reader.ts";
import { NamedCall } from "./named_call.ts";
import { isSpace } from "./transcript.ts";
import { UnitParser } from "./unit_parser.ts";

export const TOOL_CALLS = "[TOOL_CALLS]";

/**
 * `[TOOL_CALLS][{"name": "f", "arguments": {...}}, ...]`, and what later Mistral models write for every call:
 * `[TOOL_CALLS]f[ARGS]{...}`, with `[CALL_ID]...` before the arguments or without either tag.
 */
export class MistralParser extends UnitParser {
  readonly #content = new ContentReader(TOOL_CALLS, this.transcript);
  #call: CallObject | NamedCall | null = null;
  #state: "content" | "marked" | "before item" | "item" | "after item" | "named" = "content";

  protected step(unit: string): void {
    const state = this.#state;
    if (state === "content") {
      if (this.#content.step(unit)) this.#state = "marked";
    } else if (state === "item" || state === "named") {
      this.#callUnit(unit);
    } else if (isSpace(unit)) {
      this.transcript.hold(unit);
    } else if (state === "after item") {
      this.#afterItem(unit);
    } else if (state === "marked" && unit === "[") {
      this.transcript.hold(unit);
      this.#state = "before item";
    } else {
      this.#call = state === "marked" ? new NamedCall(this.transcript) : new CallObject(this.transcript);
      this.#state = state === "marked" ? "named" : "item";
      this.#callUnit(unit);
    }
  }

  #callUnit(unit: string): void {
    const step = this.#call!.step(unit);
    if (step === "done") this.#state = this.#state === "item" ? "after item" : "content";
    if (step !== "bad") return;
    this.transcript.release();
    this.#state = "content";
    this.step(unit);
  }

  #afterItem(unit: string): void {
    if (unit === ",") {
      this.transcript.hold(unit);
      this.#state = "before item";
      return;
    }
    this.#state = "content";
    if (unit === "]") this.transcript.drop();
    else this.read(this.transcript.takeHeld() + unit);
  }
}
