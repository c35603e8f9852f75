import { CallObject } from "./call_object.ts";
import { ContentReader } from "./content_reader.ts";
import { isSpace } from "./transcript.ts";
import { UnitParser } from "./unit_parser.ts";

export const PYTHON_TAG = "<|python_tag|>";

/**
 * `{"name": "f", "parameters": {...}}` at the beginning of the answer or after `<|python_tag|>`, several of them
 * separated by semicolons: Llama 3.1, 3.2 and 3.3.
 */
export class Llama3JsonParser extends UnitParser {
  readonly #content = new ContentReader(PYTHON_TAG, this.transcript);
  #object: CallObject | null = null;
  /** In "start", "tagged" and "between" an object may begin. */
  #state: "start" | "content" | "tagged" | "object" | "between" = "start";

  protected step(unit: string): void {
    if (this.#state === "content") {
      if (this.#content.step(unit)) this.#state = "tagged";
    } else if (this.#state === "object") {
      this.#call(unit);
    } else if (isSpace(unit) || (unit === ";" && this.#state === "between")) {
      this.transcript.hold(unit);
    } else if (unit === "{") {
      this.#object = new CallObject(this.transcript);
      this.#state = "object";
      this.#call(unit);
    } else {
      // A tag without a call is content. What else is held may be the whitespace before a tag.
      if (this.#state === "tagged") this.transcript.release();
      this.#state = "content";
      this.read(this.transcript.takeHeld() + unit);
    }
  }

  #call(unit: string): void {
    const step = this.#object!.step(unit);
    if (step === "done") this.#state = "between";
    if (step !== "bad") return;
    this.transcript.release();
    this.#state = "content";
    this.step(unit);
  }
}
