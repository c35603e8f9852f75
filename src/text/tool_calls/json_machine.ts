import { isSpace } from "./transcript.ts";

/** What the machine expects or is in. */
export type JsonState =
  | "value"
  /** As "value", or the end of the array that has just begun. */
  | "first value"
  | "key"
  /** As "key", or the end of the object that has just begun. */
  | "first key"
  | "colon"
  /** A value is complete: a comma or the end of what it is in. */
  | "after value"
  | "string"
  | "escape"
  | "number"
  | "literal";

/** Checks one JSON object or array (RFC 8259), a UTF-16 unit at a time. */
export class JsonMachine {
  state: JsonState = "value";
  /** Of every open object and array, whether it is an object. */
  readonly #open: boolean[] = [];
  #inKey = false;
  #hexDigits = 0;
  #number: NumberPlace = "minus";
  #literal = "";

  /** How many objects and arrays are open; 0 again at the end. */
  get depth(): number {
    return this.#open.length;
  }

  /** False where `unit` cannot follow; the machine is then as it was. */
  step(unit: string): boolean {
    switch (this.state) {
      case "string":
        return this.#string(unit);
      case "escape":
        return this.#escape(unit);
      case "literal":
        return this.#literalUnit(unit);
      case "number":
        return this.#numberUnit(unit);
    }
    if (isSpace(unit)) return true;
    switch (this.state) {
      case "first value":
        return unit === "]" ? this.#close(unit) : this.#value(unit);
      case "value":
        return this.#value(unit);
      case "first key":
        return unit === "}" ? this.#close(unit) : this.#key(unit);
      case "key":
        return this.#key(unit);
      case "colon":
        return unit === ":" && this.#to("value");
      default:
        return unit === "," ? this.#to(this.#open.at(-1) ? "key" : "value") : this.#close(unit);
    }
  }

  #to(state: JsonState): true {
    this.state = state;
    return true;
  }

  #value(unit: string): boolean {
    if (unit === "{" || unit === "[") {
      this.#open.push(unit === "{");
      return this.#to(unit === "{" ? "first key" : "first value");
    }
    if (this.depth === 0) return false;
    if (unit === '"') {
      this.#inKey = false;
      return this.#to("string");
    }
    const literal = LITERALS[unit];
    if (literal !== undefined) {
      this.#literal = literal;
      return this.#to("literal");
    }
    const place = numberAfter("start", unit);
    if (place === null) return false;
    this.#number = place;
    return this.#to("number");
  }

  #key(unit: string): boolean {
    if (unit !== '"') return false;
    this.#inKey = true;
    return this.#to("string");
  }

  #close(unit: string): boolean {
    const isObject = this.#open.at(-1);
    if (isObject === undefined || unit !== (isObject ? "}" : "]")) return false;
    this.#open.pop();
    return this.#to("after value");
  }

  #string(unit: string): boolean {
    if (unit === '"') return this.#to(this.#inKey ? "colon" : "after value");
    if (unit === "\\") return this.#to("escape");
    return unit >= " ";
  }

  #escape(unit: string): boolean {
    if (this.#hexDigits > 0) {
      if (!/[0-9a-fA-F]/.test(unit)) return false;
      this.#hexDigits--;
      return this.#hexDigits > 0 || this.#to("string");
    }
    if (unit === "u") {
      this.#hexDigits = 4;
      return true;
    }
    return '"\\/bfnrt'.includes(unit) && this.#to("string");
  }

  #literalUnit(unit: string): boolean {
    if (unit !== this.#literal[0]) return false;
    this.#literal = this.#literal.slice(1);
    return this.#literal !== "" || this.#to("after value");
  }

  #numberUnit(unit: string): boolean {
    const place = numberAfter(this.#number, unit);
    if (place !== null) {
      this.#number = place;
      return true;
    }
    if (!MAY_END.has(this.#number)) return false;
    this.state = "after value";
    if (this.step(unit)) return true;
    this.state = "number";
    return false;
  }
}

/** What follows the first letter. */
const LITERALS: Readonly<Record<string, string>> = { t: "rue", f: "alse", n: "ull" };

type NumberPlace = "start" | "minus" | "zero" | "digits" | "point" | "fraction" | "e" | "sign" | "exponent";

const MAY_END: ReadonlySet<NumberPlace> = new Set(["zero", "digits", "fraction", "exponent"]);

function numberAfter(place: NumberPlace, unit: string): NumberPlace | null {
  const digit = unit >= "0" && unit <= "9";
  const exponent = unit === "e" || unit === "E";
  switch (place) {
    case "start":
      if (unit === "-") return "minus";
      return digit ? (unit === "0" ? "zero" : "digits") : null;
    case "minus":
      return digit ? (unit === "0" ? "zero" : "digits") : null;
    case "zero":
    case "digits":
      if (unit === ".") return "point";
      if (exponent) return "e";
      return digit && place === "digits" ? "digits" : null;
    case "point":
      return digit ? "fraction" : null;
    case "fraction":
      if (exponent) return "e";
      return digit ? "fraction" : null;
    case "e":
      if (unit === "+" || unit === "-") return "sign";
      return digit ? "exponent" : null;
    case "sign":
    case "exponent":
      return digit ? "exponent" : null;
  }
}
