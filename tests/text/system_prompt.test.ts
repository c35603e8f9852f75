import { expect, test } from "bun:test";
import { ChatTemplate } from "../../src/text/chat_template.ts";
import { systemPromptTokens } from "../../src/text/system_prompt.ts";
import { byteLevelTokenizer } from "./fixtures.ts";

const TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}<assistant>";

test("with a template, they begin every conversation that has this system prompt", () => {
  const tokenizer = byteLevelTokenizer();
  const template = new ChatTemplate(TEMPLATE, {});
  const prefix = systemPromptTokens("Be brief.", tokenizer, template);
  expect(tokenizer.decode(prefix)).toStartWith("<system>Be brief.</system><user>");
  for (const content of ["Hello", "hm", "2"]) {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content },
    ];
    const whole = tokenizer.encode(template.render(messages), { addSpecialTokens: false });
    expect(whole.slice(0, prefix.length)).toEqual(prefix);
  }
});

test("without a template, they begin every prompt that goes on from the text", () => {
  const tokenizer = byteLevelTokenizer();
  const prefix = systemPromptTokens("Translate to French:", tokenizer, null);
  expect(tokenizer.decode(prefix).length).toBeGreaterThan(10);
  expect(tokenizer.encode("Translate to French: tea").slice(0, prefix.length)).toEqual(prefix);
});
