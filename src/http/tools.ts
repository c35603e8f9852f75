import { showsTools } from "../text/tool_calls/format.ts";
import { badRequest } from "./errors.ts";
import type { ChatRequest } from "./schema.ts";
import type { Serving } from "./serving.ts";
import type { Tool } from "./tools_schema.ts";

/**
 * The tools that the model is shown and may call: all that the request gives, or none. Throws a 400 for a choice that
 * cannot be kept.
 */
export function offeredTools(
  serving: Serving,
  { tools = [], tool_choice = "auto" }: Pick<ChatRequest, "tools" | "tool_choice">,
): readonly Tool[] {
  const forced = typeof tool_choice === "string" ? tool_choice === "required" : tool_choice.function.name;
  if (forced !== false) throw cannotForce(tools, forced);
  if (tool_choice === "none" || tools.length === 0) return [];
  const strict = tools.findIndex((tool) => tool.function.strict);
  if (strict >= 0) {
    throw unsupported(`tools[${strict}].function.strict`, "true is not supported yet: arguments are not constrained");
  }
  if (serving.chatTemplate !== null && !showsTools(serving.chatTemplate.text)) {
    throw unsupported("tools", "this model's chat template has no place for them");
  }
  if (serving.toolCalls === null) {
    const message = "no format of tool calls is known for this model; --tool-call-parser FORMAT gives the server one";
    throw unsupported("tools", message);
  }
  return tools;
}

/** `forced`: the name of a tool, or true for any. */
function cannotForce(tools: readonly Tool[], forced: string | true) {
  if (tools.length === 0) return badRequest("tool_choice", "tool_choice: needs tools to choose from");
  if (forced !== true && !tools.some((tool) => tool.function.name === forced)) {
    return badRequest("tool_choice.function.name", "tool_choice.function.name: is not the name of one of the tools");
  }
  const asked = forced === true ? '"required"' : "a named function";
  const message = `${asked} is not supported yet: calls cannot be enforced; "auto" leaves them to the model`;
  return unsupported("tool_choice", message);
}

function unsupported(param: string, message: string) {
  return badRequest(param, `${param}: ${message}`, "unsupported_parameter");
}
