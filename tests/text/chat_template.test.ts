import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChatTemplate, loadChatTemplate } from "../../src/text/chat_template.ts";
import { DATA, hasData } from "./data.ts";

const SIMPLE = "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
const messages = [{ role: "user", content: "hi" }];
const root = await mkdtemp(join(tmpdir(), "octavo-template-"));
afterAll(() => rm(root, { recursive: true }));

async function directory(files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(root, "model-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

describe("ChatTemplate", () => {
  test("renders messages, special tokens and variables", () => {
    const template = new ChatTemplate(`${SIMPLE}{{ mood }}{% if add_generation_prompt %}[assistant]{% endif %}`, {
      bos_token: "<s>",
    });
    expect(template.render(messages)).toBe("<s>[user]hi[assistant]");
    expect(template.render(messages, { addGenerationPrompt: false, variables: { mood: "!" } })).toBe("<s>[user]hi!");
  });

  test("a template's own refusal is the error", () => {
    const template = new ChatTemplate("{{ raise_exception('roles must alternate') }}", {});
    expect(() => template.render(messages)).toThrow("Cannot render the chat template: roles must alternate");
  });

  test("a malformed template is named", () => {
    expect(() => new ChatTemplate("{% if %}", {}, "x.jinja")).toThrow("Cannot parse x.jinja");
  });
});

describe("loadChatTemplate", () => {
  const config = (chat_template: unknown) => ({ "tokenizer_config.json": JSON.stringify({ chat_template }) });

  test("none", async () => {
    expect(await loadChatTemplate(await directory({}), {})).toBeNull();
    expect(await loadChatTemplate(await directory(config(null)), {})).toBeNull();
  });

  test("a string, or the default of a list", async () => {
    const list = [
      { name: "tool_use", template: "no" },
      { name: "default", template: SIMPLE },
    ];
    for (const value of [SIMPLE, list]) {
      const template = await loadChatTemplate(await directory(config(value)), { bos_token: "^" });
      expect(template?.render(messages)).toBe("^[user]hi");
    }
    expect(loadChatTemplate(await directory(config([list[0]])), {})).rejects.toThrow('no entry named "default"');
  });

  test("chat_template.jinja comes before the config, a named file before both", async () => {
    const path = await directory({ ...config("config"), "chat_template.jinja": "jinja", "mine.jinja": "mine" });
    expect((await loadChatTemplate(path, {}))?.render(messages)).toBe("jinja");
    expect((await loadChatTemplate(path, {}, join(path, "mine.jinja")))?.render(messages)).toBe("mine");
    expect(loadChatTemplate(path, {}, join(path, "none.jinja"))).rejects.toThrow("none.jinja does not exist");
  });

  test.skipIf(!hasData)("Qwen2's own template", async () => {
    const template = await loadChatTemplate(join(DATA, "tokenizers/qwen2"), {});
    expect(template?.render([{ role: "system", content: "Be brief." }, ...messages])).toBe(
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n",
    );
  });
});
