import { z } from "zod";
import { isObject, type JsonObject } from "../text/json_file.ts";

const MAX_TOOLS = 128;
const MAX_CALLS = 128;

const tool = z.strictObject({
  type: z.literal("function", 'must be "function", the only supported type of tool'),
  function: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_.-]{1,64}$/, "must be 1 to 64 letters, digits, _, . and -"),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown(), "must be a JSON Schema object").optional(),
    strict: z.boolean().nullish(),
  }),
});

export type Tool = z.infer<typeof tool>;

const tools = z
  .array(tool)
  .max(MAX_TOOLS)
  .superRefine((list, context) => {
    const names = list.map((each) => each.function.name);
    for (const [i, name] of names.entries()) {
      if (names.indexOf(name) === i) continue;
      const message = `is the name of tools[${names.indexOf(name)}], too`;
      context.addIssue({ code: "custom", message, path: [i, "function", "name"] });
    }
  });

const CHOICES = 'must be "none", "auto", "required" or {"type": "function", "function": {"name": ...}}';

const toolChoice = z.union(
  [
    z.enum(["none", "auto", "required"]),
    z.strictObject({ type: z.literal("function"), function: z.strictObject({ name: z.string() }) }),
  ],
  CHOICES,
);

/** The fields of a chat request that are about tools. */
export const toolFields = {
  tools: tools.optional(),
  tool_choice: toolChoice.optional(),
  parallel_tool_calls: z.boolean().default(true),
};

/** JSON text, or the object that it stands for, which is what chat templates expect. Empty text: no arguments. */
const callArguments = z.unknown().transform((value, context): JsonObject => {
  const parsed = typeof value === "string" ? parseText(value || "{}") : value;
  if (isObject(parsed)) return parsed;
  context.addIssue({ code: "custom", message: "must be the JSON text of an object" });
  return z.NEVER;
});

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An assistant message's calls, as the client got them; further fields are left to the chat template. */
export const messageCalls = z
  .array(
    z.looseObject({
      id: z.string().optional(),
      type: z.literal("function", 'must be "function"').default("function"),
      function: z.looseObject({ name: z.string().min(1, "must not be empty"), arguments: callArguments }),
    }),
  )
  .max(MAX_CALLS);
