import { GrammarError } from "../contracts/grammar.ts";
import { choice, type Node, repeat, sequence, text } from "./ebnf.ts";
import { complement, DIGIT, LINE_BREAK, type Range, SPACE, WORD } from "./ranges.ts";

/** How one character of the matched text is written: as itself, or escaped as in JSON. */
export type Alphabet = (ranges: readonly Range[], fail: (why: string) => never) => Node;

const MAX_REPEAT = 10_000;
const MAX_DEPTH = 100;

/**
 * The texts that a regular expression (ECMAScript's, without backreferences and assertions) matches as a whole. Throws
 * GrammarError with the position.
 */
export function parseRegex(pattern: string, alphabet: Alphabet, path: string): Node {
  return new RegexParser(pattern, alphabet, path).parse();
}

const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: complement(DIGIT),
  W: complement(WORD),
  S: complement(SPACE),
};

const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, "0": 0 };

class RegexParser {
  readonly #characters: readonly string[];
  readonly #alphabet: Alphabet;
  readonly #path: string;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, alphabet: Alphabet, path: string) {
    this.#characters = Array.from(pattern);
    this.#alphabet = alphabet;
    this.#path = path;
  }

  parse(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#characters.length) this.#fail('")" closes nothing');
    return node;
  }

  #alternatives(): Node {
    if (++this.#depth > MAX_DEPTH) this.#fail(`is nested deeper than ${MAX_DEPTH} groups`);
    const items = [this.#sequence()];
    while (this.#take("|")) items.push(this.#sequence());
    this.#depth--;
    return choice(items);
  }

  #sequence(): Node {
    const items: Node[] = [];
    const isTop = this.#depth === 1;
    if (isTop) this.#take("^");
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next === "|" || next === ")") return items.length === 0 ? text("") : sequence(...items);
      if (next === "$" && isTop && [undefined, "|"].includes(this.#characters[this.#at + 1])) this.#at++;
      else items.push(this.#quantified(this.#atom()));
    }
  }

  #atom(): Node {
    const character = this.#characters[this.#at++]!;
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#written(this.#set());
      case ".":
        return this.#written(complement(LINE_BREAK));
      case "\\":
        return this.#written(this.#escape(false));
      case "^":
      case "$":
        return this.#fail(`"${character}" is only supported at the ${character === "^" ? "beginning" : "end"}`, 1);
      case "*":
      case "+":
      case "?":
        return this.#fail(`"${character}" has nothing to repeat`, 1);
      default:
        return this.#written([point(character)]);
    }
  }

  #group(): Node {
    const opened = this.#at - 1;
    if (this.#take("?")) {
      if (this.#take("P")) {
        if (this.#peek() !== "<") this.#fail('"(?P" is only supported as a named group');
      }
      if (this.#peek() === "<" && !["=", "!"].includes(this.#characters[this.#at + 1] ?? "")) {
        while (this.#peek() !== undefined && !this.#take(">")) this.#at++;
      } else if (!this.#take(":")) {
        this.#fail("assertions and flags within a pattern are not supported");
      }
    }
    const node = this.#alternatives();
    if (!this.#take(")")) {
      this.#at = opened;
      this.#fail('"(" is not closed');
    }
    return node;
  }

  #quantified(item: Node): Node {
    const bounds = this.#quantifier();
    if (bounds === null) return item;
    this.#take("?");
    if (this.#quantifier() !== null) this.#fail("a quantifier follows a quantifier");
    return repeat(item, bounds[0], bounds[1]);
  }

  #quantifier(): readonly [number, number | null] | null {
    if (this.#take("*")) return [0, null];
    if (this.#take("+")) return [1, null];
    if (this.#take("?")) return [0, 1];
    const rest = this.#characters.slice(this.#at, this.#at + 24).join("");
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(rest);
    if (!braces) return null;
    const least = Number(braces[1]);
    const most = braces[2] === undefined ? least : braces[3] === "" ? null : Number(braces[3]);
    if (most !== null && most < least) this.#fail("a quantifier's bounds are out of order");
    if (Math.max(least, most ?? 0) > MAX_REPEAT) this.#fail(`repeats more than ${MAX_REPEAT} times`);
    this.#at += braces[0].length;
    return [least, most];
  }

  #set(): readonly Range[] {
    const opened = this.#at - 1;
    const negated = this.#take("^");
    const ranges: Range[] = [];
    while (!this.#take("]")) {
      if (this.#peek() === undefined) {
        this.#at = opened;
        this.#fail('"[" is not closed');
      }
      const first = this.#setItem();
      const isRange = this.#peek() === "-" && this.#characters[this.#at + 1] !== "]";
      if (!isRange) {
        ranges.push(...first);
        continue;
      }
      this.#at++;
      const last = this.#setItem();
      const [from, to] = [first[0]?.[0] ?? 0, last[0]?.[1] ?? 0];
      const single = first.length === 1 && last.length === 1 && first[0]![1] === from && last[0]![0] === to;
      if (!single || from > to) this.#fail("a range's ends are out of order", 1);
      ranges.push([from, to]);
    }
    return negated ? complement(ranges) : ranges;
  }

  #setItem(): readonly Range[] {
    const character = this.#characters[this.#at++];
    if (character === undefined) return this.#fail('"[" is not closed');
    return character === "\\" ? this.#escape(true) : [point(character)];
  }

  #escape(inSet: boolean): readonly Range[] {
    const character = this.#characters[this.#at++];
    if (character === undefined) return this.#fail('"\\" ends the pattern');
    const known = CLASSES[character];
    if (known) return known;
    if (inSet && character === "b") return [[8, 8]];
    const control = CONTROLS[character];
    if (control !== undefined) return [[control, control]];
    if (character === "x") return this.#hex(/^[0-9A-Fa-f]{2}/);
    if (character === "u") return this.#hex(/^(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{1,6}\})/);
    if (/[A-Za-z1-9]/.test(character)) return this.#fail(`"\\${character}" is not supported`, 2);
    return [point(character)];
  }

  #hex(form: RegExp): readonly Range[] {
    const digits = form.exec(this.#characters.slice(this.#at, this.#at + 8).join(""))?.[0];
    const code = Number.parseInt(digits?.replace(/[{}]/g, "") ?? "", 16);
    if (digits === undefined || code > 0x10ffff) return this.#fail("an escape is not hexadecimal");
    this.#at += digits.length;
    return [[code, code]];
  }

  #written(ranges: readonly Range[]): Node {
    return this.#alphabet(ranges, (why) => this.#fail(why, 1));
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(character: string): boolean {
    if (this.#characters[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #fail(why: string, back = 0): never {
    throw new GrammarError(this.#path, `${why}, at position ${this.#at - back}`);
  }
}

function point(character: string): Range {
  const code = character.codePointAt(0)!;
  return [code, code];
}
