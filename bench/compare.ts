import { writeFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { agreement } from "./compare/agreement.ts";
import { readModel } from "./compare/compared_model.ts";
import { type Case, duel } from "./compare/duel.ts";
import { OPPONENTS, openOctavo } from "./compare/opponents.ts";
import { comparisonTable } from "./compare/report.ts";
import { numberOf, wholeOf } from "./load/bench_args.ts";

const HELP = `Measures Octavo's engine and another one in turn, with the same weights: tokens per second of decoding several sequences
at once, and of reading a prompt. Each runs in a process of its own; what it needs is installed into .octavo/compare.

  ./octavo bench compare MODEL --against ${Object.keys(OPPONENTS).join("|")} [OPTIONS]

  --sequences 1,4,16,32  numbers of sequences decoded at once
  --prompt 16            tokens of their prompts
  --prefill 512          tokens of the prompts that are read; 0: none
  --rounds 5             measurements of each, of which the median is shown
  --budget 3             seconds that one measurement may take, about
  --timeout 300          seconds after which one counts as hanging; the first run compiles its shaders
  --greedy 32            tokens of a greedy output that are compared first
  --device webgpu        Octavo's device
  --json FILE            every measurement
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    against: { type: "string", default: "llama.cpp" },
    sequences: { type: "string" },
    prompt: { type: "string", default: "16" },
    prefill: { type: "string", default: "512" },
    rounds: { type: "string", default: "5" },
    budget: { type: "string", default: "3" },
    timeout: { type: "string", default: "300" },
    greedy: { type: "string", default: "32" },
    device: { type: "string", default: "webgpu" },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  const [directory] = positionals;
  if (!directory) throw new Error("Cannot compare: name a model directory");
  const opponent = OPPONENTS[values.against];
  if (!opponent) {
    throw new Error(
      `Cannot compare: --against is one of ${Object.keys(OPPONENTS).join(", ")}: received "${values.against}"`,
    );
  }
  const prompt = wholeOf("prompt", values.prompt, 1);
  const prefill = wholeOf("prefill", values.prefill, 0);
  const sequences = (values.sequences ?? opponent.sequences).split(",").map((text) => wholeOf("sequences", text, 1));
  const cases: Case[] = [
    ...sequences.map((count) => ({ kind: "decode", sequences: count, prompt }) as const),
    ...(prefill > 0 ? [{ kind: "prefill", tokens: prefill } as const] : []),
  ];
  const timeoutSeconds = numberOf("timeout", values.timeout, 1);
  const model = await readModel(directory);
  const us = openOctavo(model, values.device);
  const them = await opponent.open(model);
  try {
    const introductions = [await us.introduce(), await them.introduce()];
    for (const { name, device, evidence } of introductions) console.log(`${name} on ${device} (${evidence})`);
    const agreed = await agreement(us, them, model, wholeOf("greedy", values.greedy, 0), timeoutSeconds);
    if (agreed) console.log(agreed.sentence);
    const results = await duel(us, them, cases, {
      rounds: wholeOf("rounds", values.rounds, 1),
      budgetSeconds: numberOf("budget", values.budget, 0.1),
      timeoutSeconds,
      onProgress: (text) => console.error(text),
    });
    console.log(`\n${comparisonTable(directory, values.against, results)}`);
    if (values.json) {
      const written = { date: new Date().toISOString(), model: directory, introductions, agreed, results };
      await writeFile(values.json, `${JSON.stringify(written, null, 1)}\n`);
    }
  } finally {
    us.close();
    them.close();
  }
}
