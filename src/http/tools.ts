import { showsTools } from "../text/tool_calls/format.ts";
import { badRequest } from "./errors.ts";
import type { ChatRequest } from "./schema.ts";
import type { Serving } from "./serving.ts";
import type { Tool } from "./tools_schema.ts";

type ToolFields = Pick<ChatRequest, "tools" | "tool_choice">;

/**
 * The tools that the model is shown and may call: all that the request gives, or none. Throws a 400 for a choice that
 * cannot be kept.
 */
export function offeredTools(serving: Serving, { tools = [], tool_choice = "auto" }: ToolFields): readonly Tool[] {
  const forced = isForced(tool_choice);
  if (forced && tools.length === 0) throw badRequest("tool_choice", "tool_choice: needs tools to choose from");
  if (tool_choice === "none" || tools.length === 0) return [];
  const strict = tools.findIndex((tool) => tool.function.strict);
  if (strict >= 0 && !forced) {
    const message = 'true is only supported with tool_choice "required" or a named function';
    throw unsupported(`tools[${strict}].function.strict`, message);
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

/** The tools of which one has to be called; null where the model may also say something else. */
export function toolsToCall({ tools = [], tool_choice = "auto" }: ToolFields): readonly Tool[] | null {
  if (!isForced(tool_choice)) return null;
  if (typeof tool_choice === "string") return tools;
  const named = tools.filter((tool) => tool.function.name === tool_choice.function.name);
  if (named.length > 0) return named;
  throw badRequest("tool_choice.function.name", "tool_choice.function.name: is not the name of one of the tools");
}

function isForced(choice: NonNullable<ToolFields["tool_choice"]>): boolean {
  return typeof choice !== "string" || choice === "required";
}

function unsupported(param: string, message: string) {
  return badRequest(param, `${param}: ${message}`, "unsupported_parameter");
}
