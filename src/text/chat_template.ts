import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { isObject, type JsonObject, readJsonObject, readTextFile, TextError } from "./json_file.ts";

export interface RenderOptions {
  /** End with the opening of the assistant's turn. Default true. */
  readonly addGenerationPrompt?: boolean;
  /** Further variables for the template. */
  readonly variables?: JsonObject;
}

/** A model's Jinja template: messages to prompt text. */
export class ChatTemplate {
  /** Its source. */
  readonly text: string;
  readonly #template: Template;
  readonly #specialTokens: Readonly<Record<string, string>>;

  /** `source` is how errors call it; `specialTokens` (bos_token, eos_token, ...) are variables of the template. */
  constructor(text: string, specialTokens: Readonly<Record<string, string>>, source = "chat template") {
    try {
      this.#template = new Template(text);
    } catch (error) {
      throw new TextError(`Cannot parse ${source}: ${(error as Error).message}`);
    }
    this.text = text;
    this.#specialTokens = specialTokens;
  }

  /** Throws TextError where the template refuses the messages (roles that must alternate, say). */
  render(messages: readonly JsonObject[], options: RenderOptions = {}): string {
    try {
      return this.#template.render({
        ...this.#specialTokens,
        ...options.variables,
        messages,
        add_generation_prompt: options.addGenerationPrompt ?? true,
      });
    } catch (error) {
      throw new TextError(`Cannot render the chat template: ${(error as Error).message}`);
    }
  }
}

/**
 * The template in `file`, else the directory's chat_template.jinja, else tokenizer_config.json's chat_template (a
 * string, or a list of which the one named "default" is taken). Null where the model has none.
 */
export async function loadChatTemplate(
  directory: string,
  specialTokens: Readonly<Record<string, string>>,
  file?: string,
): Promise<ChatTemplate | null> {
  if (file !== undefined) {
    const text = await readTextFile(file);
    if (text === null) throw new TextError(`Cannot load the chat template: ${file} does not exist`);
    return new ChatTemplate(text, specialTokens, file);
  }
  const jinja = join(directory, "chat_template.jinja");
  const text = await readTextFile(jinja);
  if (text !== null) return new ChatTemplate(text, specialTokens, jinja);
  const configFile = join(directory, "tokenizer_config.json");
  const configured = defaultTemplate((await readJsonObject(configFile))?.chat_template, configFile);
  return configured === null ? null : new ChatTemplate(configured, specialTokens, `${configFile}: chat_template`);
}

function defaultTemplate(value: unknown, file: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) throw new TextError(`Cannot use ${file}: chat_template must be a string or a list`);
  const named = value.filter(isObject);
  const chosen = named.find((entry) => entry.name === "default");
  if (typeof chosen?.template === "string") return chosen.template;
  const names = named.map((entry) => String(entry.name)).join(", ");
  throw new TextError(`Cannot use ${file}: chat_template has no entry named "default": received ${names}`);
}
