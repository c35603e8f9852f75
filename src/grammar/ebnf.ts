import { GrammarError } from "../contracts/grammar.ts";
import { complement, type Range } from "./ranges.ts";

/** A grammar as a tree. Characters are code points. */
export type Node =
  | { readonly type: "text"; readonly text: string }
  /** One character in any of the ranges, both ends included. */
  | { readonly type: "class"; readonly ranges: readonly Range[] }
  | { readonly type: "sequence"; readonly items: readonly Node[] }
  | { readonly type: "choice"; readonly items: readonly Node[] }
  /** `most` null: without end. */
  | { readonly type: "repeat"; readonly item: Node; readonly least: number; readonly most: number | null }
  | { readonly type: "rule"; readonly name: string }
  /** What no text has. */
  | { readonly type: "never" };

export const text = (content: string): Node => ({ type: "text", text: content });
export const sequence = (...items: readonly Node[]): Node => ({ type: "sequence", items });
export const choice = (items: readonly Node[]): Node => (items.length === 1 ? items[0]! : { type: "choice", items });
/**
 * One of these texts, beginnings that several share written once: given many side by side, xgrammar takes some ends of
 * one after the beginning of another.
 */
export function oneOfTexts(texts: readonly string[]): Node {
  return choice(
    [...byFirstCharacter(texts)].map(([, group]) => {
      if (group.length === 1) return text(group[0]!);
      const characters = group.map((each) => Array.from(each));
      const first = characters[0]!;
      const end = first.findIndex((character, i) => characters.some((each) => each[i] !== character));
      const shared = end < 0 ? first.length : end;
      return sequence(
        text(first.slice(0, shared).join("")),
        oneOfTexts(characters.map((each) => each.slice(shared).join(""))),
      );
    }),
  );
}

/** Each text once, under its first character; the empty one under "". (Node 20 has no Map.groupBy.) */
export function byFirstCharacter(texts: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const each of new Set(texts)) {
    const [first = ""] = each;
    const group = groups.get(first);
    if (group) group.push(each);
    else groups.set(first, [each]);
  }
  return groups;
}

export const repeat = (item: Node, least: number, most: number | null): Node => ({ type: "repeat", item, least, most });
export const optional = (item: Node): Node => choice([item, text("")]);
export const oneOf = (...ranges: readonly Range[]): Node => ({ type: "class", ranges });
/** One of these characters. */
export const anyOf = (characters: string): Node =>
  oneOf(...Array.from(characters, (character): Range => [character.codePointAt(0)!, character.codePointAt(0)!]));

/** Rules are what a compiled grammar pays for. */
const MAX_NODES = 50_000;

/** The rules of a grammar, each written once. */
export class Rules {
  readonly #rules = new Map<string, Node | null>();
  readonly #names = new Map<string, string>();
  #nodes = 0;
  #unique = 0;

  /** The rule that stands for `key`, made on its first use; `make` may refer to the rule itself. */
  define(key: string, make: () => Node): Node {
    const known = this.#names.get(key);
    if (known !== undefined) return { type: "rule", name: known };
    const name = `r${this.#names.size}`;
    this.#names.set(key, name);
    this.#rules.set(name, null);
    const node = make();
    this.#nodes += countNodes(node);
    if (this.#nodes > MAX_NODES) throw new GrammarError("", "is too large: its grammar has too many parts");
    this.#rules.set(name, node);
    return { type: "rule", name };
  }

  /** A name that no other part of the grammar has. */
  unique(): string {
    return `#${this.#unique++}`;
  }

  /** EBNF whose root is `node`. Throws GrammarError where nothing finite can be written. */
  print(node: Node): string {
    if (!this.#isProductive(node)) throw new GrammarError("", "describes nothing that ever ends");
    const lines = [`root ::= ${print(node)}`];
    for (const [name, body] of this.#rules) lines.push(`${name} ::= ${print(body!)}`);
    return `${lines.join("\n")}\n`;
  }

  #isProductive(root: Node): boolean {
    const ending = new Set<string>();
    for (let grown = true; grown; ) {
      grown = false;
      // Rules are mostly made of later ones.
      for (const [name, body] of [...this.#rules].reverse()) {
        if (ending.has(name) || !ends(body!, ending)) continue;
        ending.add(name);
        grown = true;
      }
    }
    return ends(root, ending);
  }
}

/** Whether a finite text matches, given the rules of which that is known. */
function ends(node: Node, ending: ReadonlySet<string>): boolean {
  if (node.type === "rule") return ending.has(node.name);
  if (node.type === "sequence") return node.items.every((item) => ends(item, ending));
  if (node.type === "choice") return node.items.some((item) => ends(item, ending));
  if (node.type === "repeat") return node.least === 0 || ends(node.item, ending);
  return node.type === "text" || (node.type === "class" && node.ranges.length > 0);
}

function countNodes(node: Node): number {
  if (node.type === "sequence" || node.type === "choice") {
    return node.items.reduce((sum, item) => sum + countNodes(item), 1);
  }
  return node.type === "repeat" ? 1 + countNodes(node.item) : 1;
}

function print(node: Node): string {
  switch (node.type) {
    case "text":
      return `"${Array.from(node.text, (character) => escaped(character.codePointAt(0)!)).join("")}"`;
    case "class":
      return printClass(node.ranges);
    case "sequence":
      return node.items.length === 0 ? '""' : `(${node.items.map(print).join(" ")})`;
    case "choice":
      return `(${node.items.map(print).join(" | ")})`;
    case "repeat":
      return repeated(print(node.item), node.least, node.most);
    case "rule":
      return node.name;
    case "never":
      // Read as bytes, these are in no UTF-8, and no token of a vocabulary here has them.
      return "[\\u00f8-\\u00ff]";
  }
}

/** Characters beyond ASCII that are written out one by one, at most. */
const MAX_LISTED = 512;

/**
 * xgrammar reads a class as bytes, unless it is negated: then whatever is beyond ASCII is whole characters. So a class has
 * all of those, or none, or they are listed.
 */
function printClass(ranges: readonly Range[]): string {
  const ascii = intersect(ranges, [0, ASCII]);
  const beyond = intersect(ranges, [ASCII + 1, LAST]);
  const count = beyond.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (count >= LAST - ASCII - SURROGATES) return `[^${bracketed(intersect(complement(ranges), [0, ASCII]))}]`;
  if (count > MAX_LISTED)
    throw new GrammarError(
      "",
      `has more than ${MAX_LISTED} characters beyond ASCII in a set, but not all of them, which is not supported`,
    );
  const items = ascii.length > 0 ? [`[${bracketed(ascii)}]`] : [];
  for (const [first, last] of beyond) for (let code = first; code <= last; code++) items.push(`"${escaped(code)}"`);
  return items.length === 1 ? items[0]! : `(${items.join(" | ")})`;
}

const ASCII = 0x7f;
const LAST = 0x10ffff;
const SURROGATES = 0x800;

function intersect(ranges: readonly Range[], [from, to]: Range): Range[] {
  return ranges
    .map(([first, last]): Range => [Math.max(first, from), Math.min(last, to)])
    .filter(([first, last]) => first <= last);
}

function bracketed(ranges: readonly Range[]): string {
  return ranges
    .map(([first, last]) => (first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`))
    .join("");
}

function repeated(item: string, least: number, most: number | null): string {
  if (most === 0) return '""';
  if (most === null && least <= 1) return `(${item})${least === 0 ? "*" : "+"}`;
  return most === null ? `((${item}){${least}} (${item})*)` : `(${item}){${least},${most}}`;
}

function escaped(code: number): string {
  const character = String.fromCodePoint(code);
  if (/[A-Za-z0-9 _:,.{}()<>=/;]/.test(character)) return character;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
