import { getLogger } from "@logtape/logtape";
import type { GenerationRequest } from "../../src/contracts/generation.ts";
import { createApp } from "../../src/http/app.ts";
import type { AppDeps, Serving } from "../../src/http/serving.ts";
import { ChatTemplate } from "../../src/text/chat_template.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { byteFallbackTokenizer, byteLevelTokenizer } from "../text/fixtures.ts";
import { FakeEngine, type FakeOptions } from "./fake_engine.ts";

export const fallbackTokenizer = byteFallbackTokenizer();
export const levelTokenizer = byteLevelTokenizer();

const TEMPLATE =
  "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

export interface Harness {
  readonly app: ReturnType<typeof createApp>;
  readonly engine: FakeEngine;
  readonly deps: AppDeps;
  /** POST with a JSON body (a string is sent as it is). */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

export interface HarnessOptions extends Partial<FakeOptions> {
  readonly tokenizer?: Tokenizer;
  readonly chat?: boolean;
  readonly deps?: Partial<AppDeps>;
  readonly serving?: Partial<Serving>;
}

/** An app over a fake engine that is loaded from the start. */
export function harness(options: HarnessOptions = {}): Harness {
  const tokenizer = options.tokenizer ?? levelTokenizer;
  const engine = new FakeEngine({ vocabSize: tokenizer.vocabSize, ...options });
  const serving: Serving = {
    engine,
    tokenizer,
    chatTemplate: options.chat === false ? null : new ChatTemplate(TEMPLATE, tokenizer.specialTokens),
    toolCalls: null,
    reasoning: false,
    model: { ids: ["tiny", "org/tiny"], created: 1_700_000_000, maxModelLen: engine.maxModelLen, defaults: {} },
    ...options.serving,
  };
  let seed = 1000n;
  const deps: AppDeps = {
    serving: () => serving,
    readiness: () => ({ ready: true, reason: "" }),
    apiKeys: [],
    metricsPrefix: "octavo:",
    version: "1.2.3",
    logger: getLogger(["test"]),
    now: () => performance.now(),
    unixTime: () => 1_700_000_001,
    nextSeed: () => seed++,
    ...options.deps,
  };
  const app = createApp(deps);
  const send = async (path: string, init: RequestInit) => app.request(path, init);
  return {
    app,
    engine,
    deps,
    post: (path, body, headers = {}) =>
      send(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    get: (path, headers = {}) => send(path, { headers }),
  };
}

/** Makes the engine say `text`, over and over, by the byte-level fixture's ids. */
export function saying(text: string): (request: GenerationRequest, position: number) => number {
  const bytes = new TextEncoder().encode(text);
  return (_, position) => bytes[position % bytes.length]!;
}

/** The data of every event of a stream; `[DONE]` must be the last and is left out. */
// biome-ignore lint/suspicious/noExplicitAny: what a chunk looks like is for the tests to say
export async function events(response: Response): Promise<any[]> {
  const lines = (await response.text()).split("\n\n").filter((line) => line !== "");
  if (lines.pop() !== "data: [DONE]") throw new Error("the stream does not end with [DONE]");
  return lines.filter((line) => !line.startsWith(":")).map((line) => JSON.parse(line.replace(/^data: /, "")));
}
