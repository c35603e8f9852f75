import { parseArgs } from "node:util";
import { buildEngine, openDevice } from "../src/build.ts";
import { bundledModel } from "../src/cli/bundled_model.ts";
import { parseServeConfig } from "../src/config.ts";
import type { GenerationRequest } from "../src/contracts/generation.ts";
import type { Engine } from "../src/engine/engine.ts";
import { loadTokenizer } from "../src/text/tokenizer.ts";
import { greedyRequest } from "./lib/greedy_request.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { median } from "./lib/statistics.ts";

/**
 * Speculative decoding by prompt lookup against plain decoding, in turn in one run: a prompt that the model repeats (a
 * story, twice, and its beginning), greedily, and stories from a few words, drawn at temperature 0.8. Throws where the
 * tokens differ.
 *
 *   ./octavo bench speculation [MODEL] [--device webgpu] [--widths 1,4,16] [--tokens 96] [--rounds 5] [--config JSON]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: "string", default: "webgpu" },
    widths: { type: "string", default: "1,4,16" },
    tokens: { type: "string", default: "96" },
    rounds: { type: "string", default: "5" },
    config: { type: "string", default: '{"method":"ngram","num_speculative_tokens":4}' },
  },
});
const tokens = Number(values.tokens);
const rounds = Number(values.rounds);
const MODES = [true, false] as const;

const STORY = `Once upon a time, there was a little girl named Lily. She loved to play outside in the park with her dog.
One day, they found a big red ball under a tree. Lily threw the ball and the dog ran after it. They played all day and
were very happy. When the sun went down, they went home and told mom about the ball.`;
const OPENINGS = ["Once upon a time", "The little cat", "Tom and Sue went", "One day a big dog", "There was a tree"];

const model = positionals[0] ?? (await bundledModel());
const tokenizer = await loadTokenizer(model);
const story = [...tokenizer.encode(STORY)];

type Load = (id: string, i: number) => GenerationRequest;
const loads: Readonly<Record<string, Load>> = {
  repeated: (id, i) => greedyRequest(id, [...story, ...story, ...story.slice(0, 6 + i)], tokens),
  drawn: (id, i) => {
    const request = greedyRequest(id, tokenizer.encode(OPENINGS[i % OPENINGS.length]!), tokens);
    return { ...request, params: { ...request.params, temperature: 0.8, seed: BigInt(i) } };
  },
};

interface Measured {
  readonly rate: number;
  readonly outputs: readonly string[];
}

async function serve(engine: Engine, load: Load, width: number, name: string): Promise<Measured> {
  const began = performance.now();
  const outputs = await Promise.all(
    Array.from({ length: width }, async (_, i) => {
      const [events] = engine.submit(load(`${name}-${i}`, i), new AbortController().signal);
      const ids: number[] = [];
      for await (const { tokenId } of events!) ids.push(tokenId);
      return ids.join();
    }),
  );
  const rate = (width * tokens * 1000) / (performance.now() - began);
  return { rate, outputs };
}

const engines = new Map<boolean, Engine>();
for (const on of MODES) {
  const flags = { device: values.device, kvCacheMemory: "64M", ...(on && { speculativeConfig: values.config }) };
  const config = parseServeConfig(flags, {});
  engines.set(on, (await buildEngine(model, await openDevice(config), config)).engine);
}
const rows: string[][] = [];
for (const [name, load] of Object.entries(loads)) {
  for (const width of values.widths.split(",").map(Number)) {
    for (const on of MODES) await serve(engines.get(on)!, load, width, "warm-up");
    const measured = new Map<boolean, Measured[]>(MODES.map((on) => [on, []]));
    const before = engines.get(true)!.stats().speculation!;
    for (let round = 0; round < rounds; round++) {
      for (const on of round % 2 === 0 ? MODES : MODES.toReversed()) {
        measured.get(on)!.push(await serve(engines.get(on)!, load, width, `${name}-${width}-${round}`));
      }
    }
    const after = engines.get(true)!.stats().speculation!;
    const [drafting, plain] = MODES.map((on) => measured.get(on)!) as [Measured[], Measured[]];
    for (const [round, { outputs }] of drafting.entries()) {
      if (String(outputs) !== String(plain[round]!.outputs)) throw new Error(`${name}: drafts changed the tokens`);
    }
    const drafted = after.draftTokens - before.draftTokens;
    const right =
      drafted === 0 ? "" : `${((100 * (after.acceptedTokens - before.acceptedTokens)) / drafted).toFixed(0)} %`;
    const drafts = after.drafts - before.drafts;
    const perStep = 1 + (after.acceptedTokens - before.acceptedTokens) / drafts;
    const ratio = median(drafting.map(({ rate }, round) => rate / plain[round]!.rate));
    const [plainRates, draftingRates] = [plain, drafting].map((all) => all.map(({ rate }) => rate)) as [
      number[],
      number[],
    ];
    rows.push([
      `${name}, ${width}`,
      String(drafts),
      String(drafted),
      right,
      drafts === 0 ? "" : perStep.toFixed(2),
      ...[plainRates, draftingRates].map((rates) => median(rates).toFixed(0)),
      `${ratio.toFixed(2)}x`,
      `${(Math.max(...draftingRates) / Math.max(...plainRates)).toFixed(2)}x`,
    ]);
  }
}
for (const engine of engines.values()) await engine.close();
const header = ["", "drafts", "tokens", "right", "tokens a step with a draft", "tokens/s, plain"];
console.log(markdownTable([...header, "drafting", "ratio", "of bests"], rows));
