import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { WorkerGrammars } from "../../src/grammar/grammars.ts";
import { vocabularyOf } from "../../src/grammar/vocabulary.ts";
import { ChatTemplate } from "../../src/text/chat_template.ts";
import { toolCallFormats } from "../../src/text/tool_calls/format.ts";
import { makeEngine } from "../engine/harness.ts";
import { MaskedRunner } from "../engine/masked_runner.ts";
import { checkAnswer } from "../openai/document.ts";
import { fallbackTokenizer, harness } from "./harness.ts";
import { bodiesFor, PATHS } from "./request_bodies.ts";

/** Random bodies that are sent. */
const BODIES = Number(process.env.OCTAVO_FUZZ_BODIES ?? 600);
/** A minute, and much more than each body ever took. */
const TIMEOUT = 60_000 + 100 * BODIES;

const tokenizer = fallbackTokenizer;
const { vocabSize } = tokenizer;
const eosTokenIds = [2];
const maxModelLen = 256;
const TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ tools }}{{ tool_calls }}";

/** The whole server but for the model: its engine, its blocks, its grammars. */
const engine = makeEngine(new MaskedRunner({ vocabSize, maxModelLen, numBlocks: 64, blockSize: 8 }), {
  eosTokenIds,
});
const grammars = new WorkerGrammars(() => vocabularyOf(tokenizer, vocabSize, eosTokenIds, []));
const { post } = harness({
  tokenizer,
  serving: {
    engine,
    grammars,
    toolCalls: toolCallFormats.hermes,
    reasoning: true,
    model: { ids: ["tiny", "org/tiny"], created: 0, maxModelLen, defaults: {} },
    chatTemplate: new ChatTemplate(TEMPLATE, tokenizer.specialTokens),
  },
});

afterAll(() => {
  grammars.close();
  return engine.close();
});

/** Nothing runs, nothing waits, and every block is free or only cached. */
async function expectNothingLeft(): Promise<void> {
  const left = () => {
    const { running, waiting, kvUsage } = engine.stats();
    return { running, waiting, kvUsage };
  };
  for (let turn = 0; turn < 1000 && Object.values(left()).some((count) => count > 0); turn++) await Bun.sleep(1);
  expect(left()).toEqual({ running: 0, waiting: 0, kvUsage: 0 });
  engine.checkIntegrity();
}

/** Codes of the errors in a stream: that a grammar leads nowhere may turn out late. */
function errorsIn(stream: string): string[] {
  return stream.split("\n").flatMap((line) => {
    if (!line.startsWith("data: {")) return [];
    const { type, code, error } = JSON.parse(line.slice("data: ".length));
    return type === "error" ? [code] : error ? [error.code] : [];
  });
}

const GENERATING = ["/v1/chat/completions", "/v1/completions", "/v1/responses"];
const requests = fc
  .constantFrom(...PATHS, ...GENERATING, ...GENERATING)
  .chain((path) => fc.tuple(fc.constant(path), bodiesFor(path)));

test(
  `${BODIES} random bodies: never a 5xx, every answer as OpenAI documents it, no block kept`,
  async () => {
    const statuses = new Map<string, number>();
    let stored = "resp_none";
    await fc.assert(
      fc.asyncProperty(requests, fc.boolean(), async ([path, body], goOn) => {
        const previous = goOn && path === "/v1/responses" && { previous_response_id: stored };
        const sent = typeof body === "object" && !Array.isArray(body) ? { ...body, ...previous } : body;
        const response = await post(path, JSON.stringify(sent));
        const text = await response.text();
        const key = `${path} ${response.status}`;
        statuses.set(key, (statuses.get(key) ?? 0) + 1);
        expect([200, 400, 404]).toContain(response.status);
        checkAnswer(path, response, text);
        if (response.status !== 200) {
          const { error } = JSON.parse(text);
          expect(error.message.length).toBeGreaterThan(0);
          expect(error.param).not.toBe("bug");
        } else {
          for (const code of errorsIn(text)) expect(code).toBe("invalid_request");
          stored = /"id":"(resp_\w+)"/.exec(text)?.[1] ?? stored;
        }
        await expectNothingLeft();
      }),
      { numRuns: BODIES },
    );
    for (const path of PATHS) expect(statuses.get(`${path} 200`)).toBeGreaterThan(BODIES / 200);
    if (process.env.OCTAVO_FUZZ_BODIES) console.log(Object.fromEntries([...statuses].sort()));
  },
  TIMEOUT,
);

test("random text: never a 5xx", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), fc.string({ unit: "binary" }), async (path, body) => {
      expect((await post(path, body || "{")).status).toBeOneOf([200, 400]);
    }),
    { numRuns: 100 },
  );
  expect((await post("/v1/completions", "[".repeat(200_000))).status).toBe(400);
  expect((await post("/v1/completions", `{"logit_bias":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)).status).toBe(400);
}, 60_000);
