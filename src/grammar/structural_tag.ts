import { GrammarError } from "../contracts/grammar.ts";
import { Rules } from "./ebnf.ts";
import { jsonSchemaGrammar } from "./json_schema.ts";
import { plainText } from "./json_text.ts";
import { parseRegex } from "./regex.ts";
import { at, isSchema, type Schema } from "./schema.ts";

/**
 * Structural tags as xgrammar takes them, schemas and patterns within them turned into grammars. Both the form with
 * `format` and the old one with `structures` and `triggers` are read.
 */
export function structuralTag(tag: unknown): string {
  if (!isSchema(tag)) throw new GrammarError("", "must be an object");
  const format = tag.format === undefined ? oldForm(tag) : tag.format;
  return JSON.stringify({ type: "structural_tag", format: readFormat(format, "format") });
}

const LISTS = ["elements", "tags"] as const;

function readFormat(value: unknown, path: string): Schema {
  if (!isSchema(value)) throw new GrammarError(path, "must be an object");
  const { type } = value;
  if (type === "json_schema") {
    return { type: "grammar", grammar: within(at(path, "json_schema"), () => jsonSchemaGrammar(value.json_schema)) };
  }
  if (type === "regex") {
    const { pattern } = value;
    if (typeof pattern !== "string") throw new GrammarError(at(path, "pattern"), "must be a string");
    const node = parseRegex(pattern, plainText, at(path, "pattern"));
    return { type: "grammar", grammar: new Rules().print(node) };
  }
  const known = [
    "any_text",
    "const_string",
    "grammar",
    "or",
    "sequence",
    "tag",
    "tags_with_separator",
    "triggered_tags",
  ];
  if (!known.includes(type as string)) {
    throw new GrammarError(at(path, "type"), `must be one of json_schema, regex, ${known.join(", ")}`);
  }
  const read: Record<string, unknown> = { ...value };
  if (value.content !== undefined) read.content = readFormat(value.content, at(path, "content"));
  for (const name of LISTS) {
    const list = value[name];
    if (list === undefined) continue;
    if (!Array.isArray(list)) throw new GrammarError(at(path, name), "must be a list");
    read[name] = list.map((item, i) => readFormat(isSchema(item) ? { type: "tag", ...item } : item, at(path, name, i)));
  }
  return read;
}

function oldForm({ structures, triggers }: Schema): Schema {
  if (!Array.isArray(structures)) throw new GrammarError("format", "is missing");
  const tags = structures.map((each, i) => {
    if (!isSchema(each)) throw new GrammarError(`structures[${i}]`, "must be an object");
    return { begin: each.begin, content: { type: "json_schema", json_schema: each.schema }, end: each.end };
  });
  return { type: "triggered_tags", triggers, tags };
}

function within<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    throw new GrammarError(error.path ? `${path}.${error.path}` : path, error.message);
  }
}
