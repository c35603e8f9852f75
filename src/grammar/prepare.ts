import { GrammarError, type GrammarSource } from "../contracts/grammar.ts";
import { oneOfTexts, Rules } from "./ebnf.ts";
import { jsonSchemaGrammar } from "./json_schema.ts";
import { plainText } from "./json_text.ts";
import { parseRegex } from "./regex.ts";
import { structuralTag } from "./structural_tag.ts";

/** What xgrammar is given. */
export interface Prepared {
  readonly kind: "ebnf" | "structural_tag";
  readonly text: string;
}

/** UTF-16 units of a source's text, at most. */
const MAX_SOURCE = 128 * 1024;
/** Of what xgrammar is given. */
const MAX_GRAMMAR = 1024 * 1024;
const MAX_CHOICES = 4096;
const MAX_NESTING = 128;

/** Reads a source. Throws GrammarError. */
export function prepare(source: GrammarSource): Prepared {
  const prepared = read(source);
  if (prepared.text.length <= MAX_GRAMMAR) return prepared;
  throw new GrammarError(
    "",
    `is too large: its grammar has ${prepared.text.length} characters, at most ${MAX_GRAMMAR} are supported`,
  );
}

function read(source: GrammarSource): Prepared {
  switch (source.kind) {
    case "json_schema":
      return { kind: "ebnf", text: jsonSchemaGrammar(source.schema) };
    case "regex":
      return { kind: "ebnf", text: new Rules().print(parseRegex(source.pattern, plainText, "")) };
    case "choice":
      return { kind: "ebnf", text: choiceGrammar(source.choices) };
    case "ebnf":
      return { kind: "ebnf", text: source.text };
    case "structural_tag":
      return { kind: "structural_tag", text: structuralTag(source.tag) };
  }
}

function choiceGrammar(choices: readonly string[]): string {
  if (choices.length === 0) throw new GrammarError("", "must not be empty");
  if (choices.length > MAX_CHOICES)
    throw new GrammarError("", `has ${choices.length} texts; at most ${MAX_CHOICES} are supported`);
  for (const [i, each] of choices.entries()) {
    if (each === "" || !each.isWellFormed()) throw new GrammarError(`[${i}]`, "must be a text that is not empty");
  }
  return new Rules().print(oneOfTexts(choices));
}

/** The text that stands for a source: equal for equal ones. Throws GrammarError where it is too large. */
export function sourceKey(source: GrammarSource): string {
  // JSON.stringify recurses, so depth is measured first, without.
  let level: unknown[] = [source];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_NESTING) throw new GrammarError("", `is nested deeper than ${MAX_NESTING} levels`);
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
  const key = JSON.stringify(source);
  if (key.length <= MAX_SOURCE) return key;
  throw new GrammarError("", `has ${key.length} characters; at most ${MAX_SOURCE} are supported`);
}
