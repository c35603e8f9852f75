import { CallObject } from "./call_object.ts";
import { ContentReader } from "./content_reader.ts";
import { isSpace } from "./transcript.ts";
import { UnitParser } from "./unit_parser.ts";

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";

/** `<tool_call>{"name": "f", "arguments": {...}}</tool_call>`: Hermes 2, Qwen 2.5, Qwen 3 and the bundled model. */
export class HermesParser extends UnitParser {
  readonly #content = new ContentReader(OPEN, this.transcript);
  #object: CallObject | null = null;
  #state: "content" | "opened" | "object" | "closing" = "content";
  /** Units of CLOSE that have been read. */
  #closed = 0;

  protected step(unit: string): void {
    if (this.#state === "content") {
      if (this.#content.step(unit)) this.#state = "opened";
    } else if (this.#state === "closing") {
      this.#close(unit);
    } else if (this.#state === "opened" && isSpace(unit)) {
      this.transcript.hold(unit);
    } else {
      this.#call(unit);
    }
  }

  #call(unit: string): void {
    if (this.#state === "opened") this.#object = new CallObject(this.transcript);
    this.#state = "object";
    const step = this.#object!.step(unit);
    if (step === "done") this.#state = "closing";
    if (step !== "bad") return;
    this.transcript.release();
    this.#state = "content";
    this.step(unit);
  }

  /** The closing marker may be missing, as where the next call follows at once. */
  #close(unit: string): void {
    if (unit === CLOSE[this.#closed]) {
      this.#closed++;
      this.transcript.hold(unit);
      if (this.#closed < CLOSE.length) return;
      this.transcript.drop();
      this.#leaveCall("");
    } else if (this.#closed === 0 && isSpace(unit)) {
      this.transcript.hold(unit);
    } else {
      this.#leaveCall(this.transcript.takeHeld() + unit);
    }
  }

  #leaveCall(rest: string): void {
    this.#closed = 0;
    this.#state = "content";
    this.read(rest);
  }
}
