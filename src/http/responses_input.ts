import { isObject } from "../text/json_file.ts";
import { badRequest } from "./errors.ts";
import type { OutputItem } from "./response_output.ts";

/** What is kept of an item of a conversation in the Responses API's shape. */
export type Item =
  | { readonly type: "message"; readonly role: string; readonly content: string }
  | { readonly type: "function_call"; readonly call_id: string; readonly name: string; readonly arguments: string }
  | { readonly type: "function_call_output"; readonly call_id: string; readonly output: string };

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
  return input.flatMap((item, i) => readItem(item, `input[${i}]`));
}

/** What the model thought earlier is not shown to it again, and not kept. */
function readItem(item: unknown, param: string): Item | [] {
  if (!isObject(item)) throw badRequest(param, `${param} must be an object`);
  const { type = "message" } = item;
  const text = (name: string): string => {
    const value = item[name];
    if (typeof value === "string") return value;
    throw badRequest(`${param}.${name}`, `${param}.${name} must be a string`);
  };
  if (type === "message") {
    if (!ROLES.has(item.role)) {
      throw badRequest(`${param}.role`, `${param}.role must be one of ${[...ROLES].join(", ")}`);
    }
    return { type, role: item.role as string, content: readText(item.content, `${param}.content`) };
  }
  if (type === "function_call") {
    return { type, call_id: text("call_id"), name: text("name"), arguments: text("arguments") };
  }
  if (type === "function_call_output") {
    return { type, call_id: text("call_id"), output: readText(item.output, `${param}.output`) };
  }
  if (type === "reasoning") return [];
  const message = `${param}.type must be one of message, function_call, function_call_output, reasoning`;
  throw badRequest(`${param}.type`, message, typeof type === "string" ? "unsupported_parameter" : null);
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

/** What a response says, as items that can be gone on from. */
export function keptItems(output: readonly OutputItem[]): Item[] {
  return output.flatMap((item): Item | [] => {
    if (item.type === "reasoning") return [];
    if (item.type === "message") {
      return { type: "message", role: item.role, content: item.content.map(({ text }) => text).join("") };
    }
    return { type: "function_call", call_id: item.call_id, name: item.name, arguments: item.arguments };
  });
}

/** A chat message, as a request would have it. */
type Message = Record<string, unknown>;

/** The items as chat messages. */
export function toMessages(items: readonly Item[]): Message[] {
  const messages: Message[] = [];
  for (const item of items) {
    if (item.type === "message") messages.push({ role: item.role, content: item.content });
    else if (item.type === "function_call") addCall(messages, item);
    else messages.push({ role: "tool", tool_call_id: item.call_id, content: item.output });
  }
  return messages;
}

/** Calls belong to what the assistant said before them. */
function addCall(messages: Message[], item: Extract<Item, { type: "function_call" }>): void {
  const call = { id: item.call_id, type: "function", function: { name: item.name, arguments: item.arguments } };
  const last = messages.at(-1);
  if (last?.role !== "assistant") messages.push({ role: "assistant", content: "", tool_calls: [call] });
  else last.tool_calls = [...((last.tool_calls as unknown[] | undefined) ?? []), call];
}
