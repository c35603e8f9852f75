import { ChatTemplate } from "../../src/text/chat_template.ts";
import { type ToolCallFormatName, toolCallFormats } from "../../src/text/tool_calls/format.ts";
import { byteLevelTokenizer } from "../text/fixtures.ts";
import { type Harness, type HarnessOptions, harness } from "./harness.ts";

const TEMPLATE =
  "{% if tools %}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{% endif %}" +
  "{% for m in messages %}<{{ m.role }}>{{ m.content }}" +
  "{% for call in m.tool_calls or [] %}{{ call.function.name }}{{ call.function.arguments | tojson }}{% endfor %}" +
  "{% endfor %}<assistant>";

export const messages = [{ role: "user" as const, content: "hi" }];

export const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

export interface Script extends HarnessOptions {
  /** What the model says; then it ends its turn. Markers are tokens of their own. */
  readonly says: string;
  readonly format?: ToolCallFormatName | null;
  /** Special tokens of the model. */
  readonly markers?: readonly string[];
  readonly reasoning?: boolean;
  readonly template?: string;
}

/** An app whose model always says the same. */
export function scripted(script: Script): Harness & { prompt(): string } {
  const { says, format = "hermes", markers = [], reasoning = false, template = TEMPLATE } = script;
  const tokenizer = byteLevelTokenizer(markers);
  const ids = [...tokenizer.encode(says), tokenizer.tokenId("<|end|>")!];
  const app = harness({
    tokenizer,
    maxModelLen: 4096,
    delay: null,
    eosTokenIds: [ids.at(-1)!],
    next: (_, position) => ids[position]!,
    ...script,
    serving: {
      chatTemplate: new ChatTemplate(template, {}),
      toolCalls: format && toolCallFormats[format],
      reasoning,
      ...script.serving,
    },
  });
  return {
    ...app,
    prompt: () => tokenizer.decode(Array.from(app.engine.seen.at(-1)!.promptIds), { skipSpecialTokens: false }),
  };
}
