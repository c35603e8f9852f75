import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import type { Engine } from "../src/engine/engine.ts";
import { serveBurst, withEngine } from "./engine/load.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { mean, median } from "./lib/statistics.ts";
import type { SimRequest } from "./sim/request.ts";

/**
 * Requests that share a system prompt, with the prefix cache and without: one after the other, and all at the same moment.
 * The time to the first token of the first request stands for what the prompt costs, that of the others for what is left.
 *
 *   ./octavo bench shared_prompt [MODEL] [--device webgpu] [--requests 100] [--shared 512] [--own 12] [--tokens 8]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: "string", default: "webgpu" },
    requests: { type: "string", default: "100" },
    shared: { type: "string", default: "512" },
    own: { type: "string", default: "12" },
    tokens: { type: "string", default: "8" },
  },
});
const [count, shared, own, tokens] = [values.requests, values.shared, values.own, values.tokens].map(Number) as [
  number,
  number,
  number,
  number,
];
const target = { device: values.device, model: positionals[0], seed: 1 };

/** Requests whose own parts differ from their first token on, so that they share the system prompt and nothing else. */
function requests(seed: number): SimRequest[] {
  const random = new Random(seed);
  const draw = (length: number) => Array.from({ length }, () => random.integer(0, 2 ** 30));
  const system = draw(shared);
  return Array.from({ length: count }, (_, id) => {
    const prompt = Uint32Array.from([...system, id, ...draw(own - 1)]);
    return {
      id,
      arrival: 0,
      promptLength: prompt.length,
      outputLength: tokens,
      prompt: () => prompt,
      output: () => 0,
    };
  });
}

async function measure(engine: Engine) {
  // Another system prompt first: what is prepared at the first use is not the prompt's cost.
  await serveBurst(engine, requests(2).slice(0, 2));
  const [first, ...others] = requests(3);
  const cold = await serveBurst(engine, [first!]);
  const warm = [];
  for (const request of others) warm.push(await serveBurst(engine, [request]));
  const burst = await serveBurst(engine, requests(4));
  return {
    first: cold.timeToFirstToken[0]!,
    others: median(warm.map(({ timeToFirstToken }) => timeToFirstToken[0]!)),
    cached: median(warm.map(({ cachedTokens }) => cachedTokens[0]!)),
    computed: cold.computed + warm.reduce((sum, { computed }) => sum + computed, 0),
    burstFirstTokens: mean(burst.timeToFirstToken),
    burstComputed: burst.computed,
    burstSeconds: burst.seconds,
  };
}

const blockSize = 16;
const numBlocks = 8 * Math.ceil((count * (shared + own + tokens)) / blockSize / 8);
const serve = (prefixCaching: boolean) =>
  withEngine(target, { numBlocks, blockSize, prefixCaching, maxSequences: 128 }, measure);
const results = [await serve(false), await serve(true)];
const row = (label: string, of: (result: (typeof results)[number]) => string) => [label, ...results.map(of)];
console.log(`${count} requests, ${shared} tokens shared and ${own} of their own, ${tokens} tokens answered`);
console.log(
  markdownTable(
    ["", "no cache", "prefix cache"],
    [
      row("first token of the first request, ms", ({ first }) => first.toFixed(0)),
      row("first token of the others, one at a time, median ms", ({ others }) => others.toFixed(0)),
      row("the first over the others", ({ first, others }) => `${(first / others).toFixed(1)}x`),
      row("tokens found by each of the others", ({ cached }) => String(cached)),
      row("tokens computed for all", ({ computed }) => String(computed)),
      row("first token, all at once, mean ms", ({ burstFirstTokens }) => burstFirstTokens.toFixed(0)),
      row("tokens computed for all, all at once", ({ burstComputed }) => String(burstComputed)),
      row("seconds for all, all at once", ({ burstSeconds }) => burstSeconds.toFixed(2)),
    ],
  ),
);
