import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { type ServedBurst, serveBurst, withEngine } from "./engine/load.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { mean, median } from "./lib/statistics.ts";
import type { SimRequest } from "./sim/request.ts";

/**
 * Requests that share a system prompt: one after the other, and all at the same moment. The time to the first token of
 * the first request says what the prompt costs, that of the others what is left of it.
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

/** System prompts whose first request is timed. */
const ROUNDS = 5;

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

const blockSize = 16;
const numBlocks = 4 * Math.ceil((count * (own + tokens) + shared) / blockSize);
await withEngine(target, { numBlocks, blockSize, prefixCaching: true, maxSequences: 128 }, async (engine) => {
  // What is prepared at the first use is not the prompt's cost.
  await serveBurst(engine, requests(0).slice(0, 2));
  const firsts = [];
  for (let seed = 1; seed < ROUNDS; seed++) firsts.push(await serveBurst(engine, requests(seed).slice(0, 1)));
  const [first, ...rest] = requests(ROUNDS);
  const cold = await serveBurst(engine, [first!]);
  const others = [];
  for (const request of rest) others.push(await serveBurst(engine, [request]));
  const burst = await serveBurst(engine, requests(ROUNDS + 1));

  const firstToken = ({ timeToFirstToken }: ServedBurst) => timeToFirstToken[0]!;
  const [prompt, answered] = [median([...firsts, cold].map(firstToken)), median(others.map(firstToken))];
  const computed = cold.computed + others.reduce((sum, other) => sum + other.computed, 0);
  const found = [...new Set(others.map(({ cachedTokens }) => cachedTokens[0]!))];
  console.log(`${count} requests, ${shared} tokens shared and ${own} of their own, ${tokens} tokens answered`);
  console.log(
    markdownTable(
      ["one at a time", ""],
      [
        [`first token of the first, median of ${ROUNDS} system prompts`, `${prompt.toFixed(0)} ms`],
        ["first token of the others, median", `${answered.toFixed(0)} ms`],
        ["the first over the others", `${(prompt / answered).toFixed(1)}x`],
        ["tokens found by each of the others", found.join(" or ")],
        ["tokens computed for all", String(computed)],
      ],
    ),
  );
  console.log(
    markdownTable(
      ["all at once", ""],
      [
        ["first token, mean", `${mean(burst.timeToFirstToken).toFixed(0)} ms`],
        ["tokens computed for all", String(burst.computed)],
      ],
    ),
  );
});
