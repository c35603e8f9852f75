import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type Flag, type FlagTexts, serveFlags } from "../../src/config.ts";

/** What a benchmark decides itself, or what would name a second address or an answer's text. */
const NOT_TAKEN = ["host", "port", "otlpTracesEndpoint", "logFormat", "logPrompts"];

/**
 * The arguments of a benchmark: its own options (by their names, with dashes), and beside them the flags of
 * `octavo serve` for the engine that it measures. An option of its own wins over a flag of the same name.
 */
export function parseBenchArgs<Own extends ParseArgsOptionsConfig>(args: readonly string[], own: Own) {
  const flags = serveFlags().filter(({ key, name }) => !NOT_TAKEN.includes(key) && !(name.slice(2) in own));
  const served = Object.fromEntries(flags.map((flag) => [flag.name.slice(2), optionOf(flag)]));
  const options = { ...served, ...own } as Own;
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    allowNegative: true,
  });
  const given = values as Record<string, string | boolean | string[] | undefined>;
  const engine: Record<string, string | string[]> = {};
  for (const { key, name } of flags) {
    const value = given[name.slice(2)];
    if (value !== undefined) engine[key] = typeof value === "boolean" ? String(value) : value;
  }
  return { values, positionals, engine };
}

function optionOf({ value, repeatable }: Flag): ParseArgsOptionsConfig[string] {
  if (value === undefined) return { type: "boolean" };
  return repeatable ? { type: "string", multiple: true } : { type: "string" };
}

/** The same flags as arguments of `octavo serve`. */
export function serveArgs(engine: FlagTexts): string[] {
  return serveFlags().flatMap(({ key, name, value }) => {
    const given = engine[key];
    if (given === undefined) return [];
    if (value === undefined) return [given === "true" ? name : name.replace("--", "--no-")];
    return [given].flat().map((text) => `${name}=${text}`);
  });
}

/** Reads a number of an option. Throws where it is none or below `least`. */
export function numberOf(name: string, text: string, least: number): number {
  const number = text === "inf" ? Infinity : Number(text);
  if (text.trim() === "" || !(number >= least)) {
    throw new Error(`Cannot use --${name}: it takes a number from ${least}: received "${text}"`);
  }
  return number;
}

/** As `numberOf`, for a whole number. */
export function wholeOf(name: string, text: string, least: number): number {
  const number = numberOf(name, text, least);
  if (Number.isInteger(number)) return number;
  throw new Error(`Cannot use --${name}: it takes a whole number from ${least}: received "${text}"`);
}
