import type { ToolCallParser } from "./events.ts";
import { HermesParser } from "./hermes.ts";
import { Llama3JsonParser, PYTHON_TAG } from "./llama3_json.ts";
import { MistralParser, TOOL_CALLS } from "./mistral.ts";

export const TOOL_CALL_FORMATS = ["hermes", "llama3_json", "mistral"] as const;
export type ToolCallFormatName = (typeof TOOL_CALL_FORMATS)[number];

/** How a model writes its calls. */
export interface ToolCallFormat {
  readonly name: ToolCallFormatName;
  /** Tokens that the parser must see, though a tokenizer may call them special. */
  readonly markers: readonly string[];
  /** The member of a call that holds its arguments. */
  readonly argumentsKey: "arguments" | "parameters";
  /** The form of a call's id: Mistral's templates refuse any other than theirs. */
  readonly id: { readonly prefix: string; readonly length: number };
  parser(): ToolCallParser;
}

const OPENAI_ID = { prefix: "call_", length: 24 };

export const toolCallFormats: Readonly<Record<ToolCallFormatName, ToolCallFormat>> = {
  hermes: {
    name: "hermes",
    markers: ["<tool_call>", "</tool_call>"],
    argumentsKey: "arguments",
    id: OPENAI_ID,
    parser: () => new HermesParser(),
  },
  llama3_json: {
    name: "llama3_json",
    markers: [PYTHON_TAG],
    argumentsKey: "parameters",
    id: OPENAI_ID,
    parser: () => new Llama3JsonParser(),
  },
  mistral: {
    name: "mistral",
    markers: [TOOL_CALLS, "[ARGS]", "[CALL_ID]"],
    argumentsKey: "arguments",
    id: { prefix: "", length: 9 },
    parser: () => new MistralParser(),
  },
};

/** Markers of formats that share `<tool_call>` with Hermes but put no JSON in it. */
const NOT_JSON = ["<function=", "<arg_key>"];

/**
 * The format whose marker the chat template writes, else the one whose marker is a token of its own (Llama 3.2's
 * templates never write theirs). Null where there is none, or where the template has no place for tools.
 */
export function detectToolCalls(template: string, hasToken: (token: string) => boolean): ToolCallFormat | null {
  if (!showsTools(template)) return null;
  const { hermes, llama3_json, mistral } = toolCallFormats;
  if (template.includes(TOOL_CALLS)) return mistral;
  if (template.includes("<tool_call>")) return NOT_JSON.some((mark) => template.includes(mark)) ? null : hermes;
  if (template.includes(PYTHON_TAG)) return llama3_json;
  return [mistral, llama3_json].find(({ markers }) => hasToken(markers[0]!)) ?? null;
}

/** Whether a chat template reads the variable `tools`. */
export function showsTools(template: string): boolean {
  return /\btools\b/.test(template);
}

/** Whether a model may write `<think>`: its template or its vocabulary knows the closing marker. */
export function detectReasoning(template: string, hasToken: (token: string) => boolean): boolean {
  return template.includes("</think>") || hasToken("</think>");
}
