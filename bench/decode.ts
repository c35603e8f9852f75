import { parseArgs } from "node:util";
import { buildEngine, openDevice } from "../src/build.ts";
import { parseServeConfig } from "../src/config.ts";
import { greedyRequest } from "./lib/greedy_request.ts";
import { median } from "./lib/statistics.ts";

/**
 * Decode speed inside the engine, HTTP left out: tokens per second alone and with more requests at once, each with a
 * short prompt. Every width is run several times in turn and the median is shown.
 *
 *   ./octavo bench decode MODEL [--device webgpu] [--widths 1,8,32] [--tokens 128] [--rounds 5]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: "string", default: "webgpu" },
    widths: { type: "string", default: "1,8,32" },
    tokens: { type: "string", default: "128" },
    rounds: { type: "string", default: "5" },
  },
});
const [model] = positionals;
if (!model) throw new Error("name a model directory");
const config = parseServeConfig({ device: values.device }, {});
const device = await openDevice(config);
const { engine, spec } = await buildEngine(model, device, config);
const tokens = Number(values.tokens);
const widths = values.widths.split(",").map(Number);

async function tokensPerSecond(width: number, round: number): Promise<number> {
  let firstToken = 0;
  let generated = 0;
  await Promise.all(
    Array.from({ length: width }, async (_, i) => {
      const promptIds = Array.from({ length: 8 }, (_, j) => (i * 37 + j * 11 + 3) % spec.vocabSize);
      const [events] = engine.submit(
        greedyRequest(`${round}-${width}-${i}`, promptIds, tokens),
        new AbortController().signal,
      );
      for await (const _ of events!) {
        // The first token of each request is prefill's.
        if (firstToken === 0) firstToken = performance.now();
        else generated++;
      }
    }),
  );
  return generated / ((performance.now() - firstToken) / 1000);
}

const rates = new Map<number, number[]>(widths.map((width) => [width, []]));
await tokensPerSecond(Math.max(...widths), -1);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const width of widths) rates.get(width)!.push(await tokensPerSecond(width, round));
}
console.log(`${model} on ${device.name}: ${tokens} tokens a request, median of ${values.rounds}`);
const alone = median(rates.get(widths[0]!)!);
for (const [width, measured] of rates) {
  const rate = median(measured);
  console.log(
    `${String(width).padStart(4)} requests: ${rate.toFixed(0)} tokens/s, ${(rate / alone).toFixed(2)}x of ${widths[0]}`,
  );
}
await engine.close();
