import { expect, test } from "bun:test";
import { fallbackTokenizer, harness } from "./harness.ts";
import { messages, scripted, weather } from "./tools_harness.ts";

test("POST /tokenize counts the ids of a prompt, special tokens unless refused", async () => {
  const { post } = harness({ tokenizer: fallbackTokenizer });
  const ask = async (body: object) => await (await post("/tokenize", body)).json();
  const [space, he] = ["▁", "he"].map((token) => fallbackTokenizer.tokenId(token)!);
  expect(await ask({ model: "tiny", prompt: "he" })).toEqual({ count: 3, max_model_len: 256, tokens: [1, space, he] });
  expect((await ask({ prompt: "he", add_special_tokens: false })).tokens).toEqual([space, he]);
  expect((await ask({ prompt: "" })).tokens).toEqual([1]);
  expect((await ask({ prompt: "he", return_token_strs: true })).token_strs).toEqual(["<s>", "▁", "he"]);
});

test("POST /tokenize renders messages as a chat request does", async () => {
  const { post, engine } = harness();
  const messages = [{ role: "user", content: "hi" }];
  const { tokens } = await (await post("/tokenize", { messages })).json();
  await post("/v1/chat/completions", { messages, max_tokens: 1 });
  expect(Array.from(engine.seen[0]!.promptIds)).toEqual(tokens);
});

test("POST /detokenize gives the prompt back", async () => {
  const { post } = harness({ tokenizer: fallbackTokenizer });
  const ask = async (body: object) => (await (await post("/detokenize", body)).json()).prompt;
  const tokens = fallbackTokenizer.encode("he lo 🐱");
  expect(await ask({ tokens })).toBe("he lo 🐱");
  expect(await ask({ tokens, skip_special_tokens: false })).toBe("<s> he lo 🐱");
  expect(await ask({ tokens: [] })).toBe("");
});

test("POST /tokenize shows the model tools, and leaves out the beginning of an answer, where asked", async () => {
  const app = scripted({ says: "", template: `${TOOLS}{% if add_generation_prompt %}<assistant>{% endif %}` });
  const ask = async (body: object) => (await (await app.post("/tokenize", { messages, ...body })).json()).tokens;
  const text = (tokens: number[]) => String.fromCharCode(...tokens);
  expect(text(await ask({}))).toBe("<user>hi<assistant>");
  expect(text(await ask({ tools: [weather] }))).toBe("get_weather<user>hi<assistant>");
  expect(text(await ask({ add_generation_prompt: false }))).toBe("<user>hi");
});

const TOOLS =
  "{% for tool in tools or [] %}{{ tool.function.name }}{% endfor %}" +
  "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
