import { getLogger } from "@logtape/logtape";
import type { GenerationEngine } from "../../src/contracts/generation.ts";
import { createApp } from "../../src/http/app.ts";
import type { AppDeps } from "../../src/http/serving.ts";
import { ChatTemplate } from "../../src/text/chat_template.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";

/** The HTTP layer as `serve` runs it, over any engine and without a log. */
export function servedApp(engine: GenerationEngine, tokenizer: Tokenizer, deps: Partial<AppDeps> = {}) {
  const serving = {
    engine,
    tokenizer,
    chatTemplate: new ChatTemplate("{% for m in messages %}{{ m.content }}{% endfor %}", tokenizer.specialTokens),
    toolCalls: null,
    reasoning: false,
    model: { ids: ["octavo-bench"] as const, created: 0, maxModelLen: engine.maxModelLen, defaults: {} },
  };
  return createApp({
    serving: () => serving,
    readiness: () => ({ ready: true, reason: "" }),
    apiKeys: [],
    metricsPrefix: "octavo:",
    version: "",
    logger: getLogger(["bench"]),
    now: () => performance.now(),
    unixTime: () => 0,
    nextSeed: () => 0n,
    ...deps,
  });
}

/** A text in a small model's words, to be generated over and over. */
export const STORY =
  "Once upon a time there was a small cat who lived in a big house. Every day she went out to look for friends. " +
  '"Hello," said the bird, "shall we play?" And so they played until the sun went down.';
