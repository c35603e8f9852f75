import { callSchema } from "../text/tool_calls/call_schema.ts";
import type { ToolCallFormat } from "../text/tool_calls/format.ts";
import type { Structure } from "./structured.ts";
import type { Tool } from "./tools_schema.ts";

/**
 * Answers that are calls and nothing else, as the model's format writes them: one, or any number of them where the format
 * can and `several` allows it.
 *
 * @param tools that may be called, at least one
 * @param template the model's chat template: whether it puts a marker on a line of its own is how the model learned it
 */
export function forcedCalls(
  format: ToolCallFormat,
  tools: readonly Tool[],
  several: boolean,
  template: string,
): Structure {
  const callable = tools.map(({ function: { name, parameters } }) => ({ name, parameters }));
  const call = { type: "json_schema", json_schema: callSchema(callable, format.argumentsKey) };
  return {
    param: "tools",
    source: { kind: "structural_tag", tag: { format: written(format, call, several, template) } },
  };
}

function written({ name }: ToolCallFormat, content: object, several: boolean, template: string): object {
  switch (name) {
    case "hermes": {
      const line = /<tool_call>(\n|\\n)/.test(template) ? "\n" : "";
      const tag = { type: "tag", begin: `<tool_call>${line}`, content, end: `${line}</tool_call>` };
      if (!several) return tag;
      return { type: "tags_with_separator", tags: [tag], separator: "\n", at_least_one: true, stop_after_first: false };
    }
    case "llama3_json":
      return content;
    case "mistral":
      return { type: "tag", begin: "[TOOL_CALLS][", content, end: "]" };
  }
}
