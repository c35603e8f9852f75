import { z } from "zod";
import { type Grammar, GrammarError, type GrammarSource } from "../contracts/grammar.ts";
import { badRequest } from "./errors.ts";
import type { Serving } from "./serving.ts";

/** What the text of an answer has to keep to, and the field that says so. */
export interface Structure {
  readonly source: GrammarSource;
  readonly param: string;
}

const jsonSchema = z.union([z.record(z.string(), z.unknown()), z.boolean()], "must be a JSON Schema: an object");
/** vLLM's clients also send schemas as text. */
const schemaOrText = z.union([jsonSchema, z.string()], "must be a JSON Schema: an object, or its text");
const choices = z.array(z.string()).min(1, "must not be empty");
const structuralTag = z.union([z.record(z.string(), z.unknown()), z.string()], "must be an object, or its text");

const responseFormat = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("text") }),
    z.strictObject({ type: z.literal("json_object") }),
    z.strictObject({
      type: z.literal("json_schema"),
      json_schema: z.strictObject({
        name: z.string(),
        description: z.string().nullish(),
        schema: jsonSchema.nullish(),
        strict: z.boolean().nullish(),
      }),
    }),
    z.looseObject({ type: z.literal("structural_tag") }),
  ],
  'must be an object with type "text", "json_object", "json_schema" or "structural_tag"',
);

const structuredOutputs = z.strictObject({
  json: schemaOrText.nullish(),
  json_object: z.boolean().nullish(),
  regex: z.string().nullish(),
  choice: choices.nullish(),
  grammar: z.string().nullish(),
  structural_tag: structuralTag.nullish(),
  disable_any_whitespace: z.boolean().nullish(),
  disable_additional_properties: z.boolean().nullish(),
  disable_fallback: z.boolean().nullish(),
  whitespace_pattern: z.null("is not supported: JSON is written on one line").optional(),
});

/** The fields of a request that are about the form of its answers: OpenAI's, vLLM's, and vLLM's older ones. */
export const structureFields = {
  response_format: responseFormat.optional(),
  structured_outputs: structuredOutputs.optional(),
  guided_json: schemaOrText.optional(),
  guided_regex: z.string().optional(),
  guided_choice: choices.optional(),
  guided_grammar: z.string().optional(),
};

type StructureFields = { readonly [Name in keyof typeof structureFields]?: z.infer<(typeof structureFields)[Name]> };

/** Null: any text. Throws a 400 where several are asked for. */
export function structureOf(request: StructureFields): Structure | null {
  const { structured_outputs: outputs = {} } = request;
  const at = (name: string) => `structured_outputs.${name}`;
  const asked = [
    formatOf(request.response_format),
    ofJson(outputs.json, at("json")),
    outputs.json_object ? ofJson({ type: "object" }, at("json_object")) : null,
    ofRegex(outputs.regex, at("regex")),
    ofChoice(outputs.choice, at("choice")),
    ofGrammar(outputs.grammar, at("grammar")),
    ofTag(outputs.structural_tag, at("structural_tag")),
    ofJson(request.guided_json, "guided_json"),
    ofRegex(request.guided_regex, "guided_regex"),
    ofChoice(request.guided_choice, "guided_choice"),
    ofGrammar(request.guided_grammar, "guided_grammar"),
  ].filter((structure) => structure !== null);
  if (asked.length === 0 && request.structured_outputs !== undefined) {
    throw badRequest(
      "structured_outputs",
      "structured_outputs must have one of json, regex, choice, grammar, structural_tag",
    );
  }
  const [first, second] = asked;
  if (second !== undefined) throw badRequest(second.param, `${second.param} cannot be used with ${first!.param}`);
  return first ?? null;
}

/** Compiles it, within limits. Throws a 400 that says where it is wrong. */
export async function compileStructure(
  { grammars }: Serving,
  structure: Structure | null,
  signal: AbortSignal,
): Promise<Grammar | undefined> {
  if (structure === null) return undefined;
  const { source, param } = structure;
  if (!grammars) throw badRequest(param, `${param} is not supported by this server`, "unsupported_parameter");
  try {
    return await grammars.compile(source, signal);
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const where = error.path === "" ? param : `${param}${error.path.startsWith("[") ? "" : "."}${error.path}`;
    throw badRequest(where, `${where}: ${error.message}`, "invalid_grammar");
  }
}

function formatOf(format: z.infer<typeof responseFormat> | undefined): Structure | null {
  switch (format?.type) {
    case "json_object":
      return ofJson({ type: "object" }, "response_format");
    case "json_schema":
      return ofJson(format.json_schema.schema ?? { type: "object" }, "response_format.json_schema.schema");
    case "structural_tag":
      return ofTag(format, "response_format");
    default:
      return null;
  }
}

function ofJson(schema: unknown, param: string): Structure | null {
  if (schema === undefined || schema === null) return null;
  return { source: { kind: "json_schema", schema: fromText(schema, param) }, param };
}

function ofTag(tag: unknown, param: string): Structure | null {
  if (tag === undefined || tag === null) return null;
  return { source: { kind: "structural_tag", tag: fromText(tag, param) }, param };
}

function ofRegex(pattern: string | null | undefined, param: string): Structure | null {
  return pattern === undefined || pattern === null ? null : { source: { kind: "regex", pattern }, param };
}

function ofChoice(list: readonly string[] | null | undefined, param: string): Structure | null {
  return list === undefined || list === null ? null : { source: { kind: "choice", choices: list }, param };
}

function ofGrammar(text: string | null | undefined, param: string): Structure | null {
  return text === undefined || text === null ? null : { source: { kind: "ebnf", text }, param };
}

function fromText(value: unknown, param: string): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw badRequest(param, `${param} must be JSON: ${(error as Error).message}`);
  }
}
