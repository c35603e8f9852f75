import { GrammarError } from "../contracts/grammar.ts";
import { choice, type Node, oneOf, type Rules, repeat, sequence } from "./ebnf.ts";
import { FORMATS, IGNORED_FORMATS } from "./formats.ts";
import { PLAIN, plainText, quoted, stringRule, withinString } from "./json_text.ts";
import { parseRegex } from "./regex.ts";
import { at, type Schema } from "./schema.ts";

/** A grammar counts by states, so longer strings are not written where there is a bound at all. */
const MAX_LENGTH = 4096;

/** Strings that `schema` accepts. */
export function stringNode(schema: Schema, path: string, rules: Rules): Node {
  const least = length(schema, "minLength", path) ?? 0;
  const most = length(schema, "maxLength", path);
  if (most !== null && most < least) throw new GrammarError(at(path, "maxLength"), "is less than minLength");
  const written = regexOf(schema, path);
  if (written === null) {
    return least === 0 && most === null ? stringRule(rules) : quoted(characters(least, most, rules));
  }
  const node = parseRegex(written.pattern, withinString, written.path);
  if (least === 0 && most === null) return quoted(node);
  return quoted(withLength(node, parseRegex(written.pattern, plainText, written.path), least, most, written));
}

/**
 * Each place of a string costs a look at the whole vocabulary, and xgrammar writes counted parts out, so that long strings
 * are counted in blocks: in a rule that might call itself, which it does not write out.
 */
const BLOCK = 32;

function characters(least: number, most: number | null, rules: Rules): Node {
  const one = oneOf(...PLAIN);
  const row = (count: number) => sequence(...Array.from({ length: count }, () => one));
  const block = () =>
    rules.define("block of characters", () => {
      const itself = rules.define("block of characters", () => row(0));
      return choice([row(BLOCK), sequence({ type: "never" }, itself)]);
    });
  const blocks = Math.floor(least / BLOCK);
  const head = [...(blocks > 0 ? [repeat(block(), blocks, blocks)] : []), row(least % BLOCK)];
  if (most === null) return sequence(...head, repeat(one, 0, null));
  const left = most - least;
  if (left < 2 * BLOCK) return sequence(...head, repeat(one, 0, left));
  const tail = rules.define("rest of a block", () => repeat(one, 0, BLOCK - 1));
  return sequence(...head, repeat(block(), 0, Math.floor((left - BLOCK + 1) / BLOCK)), tail);
}

function length(schema: Schema, keyword: string, path: string): number | null {
  const value = schema[keyword];
  if (value === undefined) return null;
  if (!(Number.isInteger(value) && (value as number) >= 0)) {
    throw new GrammarError(at(path, keyword), "must be an integer of at least 0");
  }
  if (keyword === "minLength" && (value as number) > MAX_LENGTH) {
    throw new GrammarError(at(path, keyword), `is more than ${MAX_LENGTH}, the most that is supported`);
  }
  return Math.min(value as number, MAX_LENGTH);
}

function regexOf({ pattern, format }: Schema, path: string): { pattern: string; path: string } | null {
  const known = format === undefined || IGNORED_FORMATS.has(format as string) ? null : FORMATS.get(format as string);
  if (known === undefined) {
    throw new GrammarError(at(path, "format"), `${JSON.stringify(format)?.slice(0, 60)} is not supported`);
  }
  if (pattern === undefined) return known === null ? null : { pattern: known, path: at(path, "format") };
  if (typeof pattern !== "string") throw new GrammarError(at(path, "pattern"), "must be a string");
  if (known !== null) throw new GrammarError(at(path, "pattern"), "is not supported beside format");
  return { pattern, path: at(path, "pattern") };
}

/** A pattern that repeats one character is repeated as often as the length says; others have to fit as they are. */
function withLength(node: Node, plain: Node, least: number, most: number | null, { path }: { path: string }): Node {
  const fit = (why: string) => new GrammarError(path, `is not supported beside minLength and maxLength: ${why}`);
  const repeated = onlyRepeat(plain);
  if (repeated) {
    const [from, to] = [Math.max(least, repeated.least), lesser(most, repeated.most)];
    if (to !== null && to < from) throw fit("no text has both");
    return repeat((onlyRepeat(node) as { item: Node }).item, from, to);
  }
  const [shortest, longest] = lengths(plain);
  if (shortest >= least && (most === null || (longest !== null && longest <= most))) return node;
  throw fit(`what it matches has ${shortest} to ${longest ?? "any number of"} characters`);
}

function onlyRepeat(node: Node): (Node & { type: "repeat" }) | null {
  if (node.type === "sequence" && node.items.length === 1) return onlyRepeat(node.items[0]!);
  return node.type === "repeat" && lengths(node.item).join() === "1,1" ? node : null;
}

const lesser = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.min(a, b));

/** Fewest and most characters; null: without end. */
function lengths(node: Node): [number, number | null] {
  switch (node.type) {
    case "text":
      return [Array.from(node.text).length, Array.from(node.text).length];
    case "class":
      return [1, 1];
    case "repeat": {
      const [least, most] = lengths(node.item);
      return [least * node.least, most === null || node.most === null ? (most === 0 ? 0 : null) : most * node.most];
    }
    case "rule":
    case "never":
      return [0, null];
    default: {
      const all = node.items.map(lengths);
      const [least, most] = [all.map(([a]) => a), all.map(([, b]) => b)];
      const sum = (list: number[]) => list.reduce((total, each) => total + each, 0);
      const whole = most.every((each) => each !== null) ? (most as number[]) : null;
      return node.type === "sequence"
        ? [sum(least), whole && sum(whole)]
        : [Math.min(...least), whole && Math.max(...whole)];
    }
  }
}
