import { isObject } from "../text/json_file.ts";
import { badRequest } from "./errors.ts";

/** An item of a conversation in the Responses API's shape, checked as far as `toMessages` reads it. */
export type Item = Readonly<Record<string, unknown>> & { readonly type: string };

const MAX_ITEMS = 4096;
const ROLES: ReadonlySet<unknown> = new Set(["system", "developer", "user", "assistant"]);
const TEXT_PARTS: ReadonlySet<unknown> = new Set(["input_text", "output_text", "text"]);

/** `input` is a text or a list of items; read as items. Throws a 400 naming what is none. */
export function readItems(input: unknown): Item[] {
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  if (!Array.isArray(input)) throw badRequest("input", "input must be a string or a list of items");
  if (input.length === 0) throw badRequest("input", "input must not be empty");
  if (input.length > MAX_ITEMS) {
    throw badRequest("input", `input has ${input.length} items; at most ${MAX_ITEMS} are allowed`);
  }
  return input.map((item, i) => readItem(item, `input[${i}]`));
}

function readItem(item: unknown, param: string): Item {
  if (!isObject(item)) throw badRequest(param, `${param} must be an object`);
  const { type = "message" } = item;
  if (type === "message") {
    if (!ROLES.has(item.role)) {
      throw badRequest(`${param}.role`, `${param}.role must be one of ${[...ROLES].join(", ")}`);
    }
    readText(item.content, `${param}.content`);
  } else if (type === "function_call") {
    readNames(item, param, ["call_id", "name", "arguments"]);
  } else if (type === "function_call_output") {
    readNames(item, param, ["call_id"]);
    readText(item.output, `${param}.output`);
  } else if (type !== "reasoning") {
    const message = `${param}.type must be one of message, function_call, function_call_output, reasoning`;
    throw badRequest(`${param}.type`, message, typeof type === "string" ? "unsupported_parameter" : null);
  }
  return { ...item, type };
}

function readNames(item: Readonly<Record<string, unknown>>, param: string, names: readonly string[]): void {
  const missing = names.find((name) => typeof item[name] !== "string");
  if (missing) throw badRequest(`${param}.${missing}`, `${param}.${missing} must be a string`);
}

/** Texts that stand in parts are joined, as chats do it. */
function readText(content: unknown, param: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw badRequest(param, `${param} must be a string or a list of parts`);
  const texts = content.map((part, i) => {
    const at = `${param}[${i}]`;
    if (!TEXT_PARTS.has(part?.type)) {
      throw badRequest(`${at}.type`, `${at}.type must be input_text or output_text, the supported types of part`);
    }
    if (typeof part.text !== "string") throw badRequest(`${at}.text`, `${at}.text must be a string`);
    return part.text as string;
  });
  return texts.join("\n");
}

/** A chat message, as a request would have it. */
type Message = Record<string, unknown>;

/** The items as chat messages. What the model thought earlier is not shown to it again. */
export function toMessages(items: readonly Item[]): Message[] {
  const messages: Message[] = [];
  for (const item of items) {
    if (item.type === "message") messages.push({ role: item.role, content: readText(item.content, "input") });
    else if (item.type === "function_call") addCall(messages, item);
    else if (item.type === "function_call_output") {
      messages.push({ role: "tool", tool_call_id: item.call_id, content: readText(item.output, "input") });
    }
  }
  return messages;
}

/** Calls belong to what the assistant said before them. */
function addCall(messages: Message[], item: Item): void {
  const call = { id: item.call_id, type: "function", function: { name: item.name, arguments: item.arguments } };
  const last = messages.at(-1);
  if (last?.role !== "assistant") messages.push({ role: "assistant", content: "", tool_calls: [call] });
  else last.tool_calls = [...((last.tool_calls as unknown[] | undefined) ?? []), call];
}
