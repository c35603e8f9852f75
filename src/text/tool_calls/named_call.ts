import { JsonMachine } from "./json_machine.ts";
import { isSpace, type Transcript } from "./transcript.ts";

const ARGS = "[ARGS]";
const CALL_ID = "[CALL_ID]";

/** Reads `f{...}`, `f[ARGS]{...}` or `f[CALL_ID]abc[ARGS]{...}` a UTF-16 unit at a time. */
export class NamedCall {
  readonly #transcript: Transcript;
  readonly #json = new JsonMachine();
  #name = "";
  #tag = "";
  #state: "name" | "tag" | "id" | "lead" | "arguments" = "name";

  constructor(transcript: Transcript) {
    this.#transcript = transcript;
  }

  /** "bad": `unit` cannot be part of a call, and has not been taken; what is held is not markup. */
  step(unit: string): "more" | "done" | "bad" {
    if (this.#state === "arguments") return this.#argument(unit);
    if (unit === "{" && this.#name !== "" && (this.#state === "name" || this.#state === "lead")) {
      this.#state = "arguments";
      this.#transcript.call(this.#name);
      return this.#argument(unit);
    }
    if (!this.#head(unit)) return "bad";
    this.#transcript.hold(unit);
    return "more";
  }

  #argument(unit: string): "more" | "done" | "bad" {
    if (!this.#json.step(unit)) return "bad";
    this.#transcript.arguments(unit);
    if (this.#json.depth > 0) return "more";
    this.#transcript.end();
    return "done";
  }

  /** What comes before the arguments. */
  #head(unit: string): boolean {
    if (this.#state === "lead") return isSpace(unit);
    if (this.#state === "tag") return this.#tagUnit(unit);
    if (unit === "[") {
      this.#state = "tag";
      this.#tag = unit;
      return this.#name !== "";
    }
    if (!/[\w.-]/.test(unit)) return false;
    if (this.#state === "name") this.#name += unit;
    return true;
  }

  #tagUnit(unit: string): boolean {
    this.#tag += unit;
    if (this.#tag === ARGS) this.#state = "lead";
    if (this.#tag === CALL_ID) this.#state = "id";
    return ARGS.startsWith(this.#tag) || CALL_ID.startsWith(this.#tag);
  }
}
