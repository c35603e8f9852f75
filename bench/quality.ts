import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { FlagTexts } from "../src/config.ts";
import { loadChatTemplate } from "../src/text/chat_template.ts";
import { loadTokenizer } from "../src/text/tokenizer.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { parseBenchArgs, wholeOf } from "./load/bench_args.ts";
import { withLocalEngine } from "./load/in_process.ts";
import { modelDirectory } from "./load/target.ts";
import { agreementOfContinuations, agreementOnText, perplexity } from "./quality/agreement.ts";
import { continuationsOf, type Passage, type Scored, scoresOf } from "./quality/answers.ts";
import { conversations, passagesOf } from "./quality/passages.ts";

const SHAKESPEARE = join(import.meta.dirname, "../../shared/data/text/shakespeare.txt");

const HELP = `What flags cost in quality, against the same model in f32, not quantised, with its KV cache in f32. Takes MODEL (default:
the bundled one) and any flag of \`octavo serve\`.

  ./octavo bench quality [MODEL] --quantization int4 [OPTIONS]

Scored are passages of a text, and the model's own words: what it draws in f32 after each prompt. How much less likely
other weights find these is how far they are from f32 (the Kullback-Leibler divergence). Prompts are messages of a user
where the model has a chat template, else beginnings taken from the text.

  --text FILE            plain text (../shared/data/text/shakespeare.txt)
  --passages N           passages of it to score (8)
  --passage-len N        tokens of each (256)
  --prompts N            prompts to continue (24)
  --prompt-len N         tokens of each that is taken from the text (16)
  --output-len N         tokens of a continuation (64)
  --json FILE            the numbers
`;

const BASELINE = { dtype: "f32", quantization: "none", kvCacheDtype: "f32", subgroupMatrix: "false" };

const {
  values,
  positionals,
  engine: flags,
} = parseBenchArgs(process.argv.slice(2), {
  text: { type: "string", default: SHAKESPEARE },
  passages: { type: "string", default: "8" },
  "passage-len": { type: "string", default: "256" },
  prompts: { type: "string", default: "24" },
  "prompt-len": { type: "string", default: "16" },
  "output-len": { type: "string", default: "64" },
  json: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
});

interface Texts {
  readonly passages: readonly Passage[];
  readonly prompts: readonly (readonly number[])[];
}

interface Answers {
  readonly text: readonly Scored[];
  readonly own: readonly Scored[];
  readonly continued: readonly (readonly number[])[];
}

if (values.help) process.stdout.write(HELP);
else await compare();

async function compare(): Promise<void> {
  const texts = await textsFor(await modelDirectory(positionals[0]));
  const tokens = whole("output-len", 1);
  const ownWords = await withLocalEngine(positionals[0], { ...flags, ...BASELINE }, async ({ engine }) => {
    const drawn = await continuationsOf(engine, texts.prompts, tokens, "drawn");
    return texts.prompts.map((prompt, i) => ({ ids: [...prompt, ...drawn[i]!], from: prompt.length }));
  });
  const answersWith = (engineFlags: FlagTexts): Promise<Answers> =>
    withLocalEngine(positionals[0], engineFlags, async ({ engine }) => ({
      text: (await scoresOf(engine, texts.passages)).flat(),
      own: (await scoresOf(engine, ownWords)).flat(),
      continued: await continuationsOf(engine, texts.prompts, tokens, "greedily"),
    }));
  const baseline = await answersWith({ ...flags, ...BASELINE });
  const given = await answersWith(flags);

  const name = Object.entries(flags).map(([key, value]) => `${key} ${value}`);
  const rows = { "f32, not quantised": baseline, [name.join(", ") || "as it is stored"]: given };
  const qualities = Object.entries(rows).map(([row, answers]) => [row, qualityOf(answers, baseline)] as const);
  console.log(`${positionals[0] ?? "the bundled model"}: ${given.text.length} tokens of text and`);
  console.log(`${given.own.length} of its own scored, ${texts.prompts.length} prompts continued by ${tokens} tokens\n`);
  console.log(
    markdownTable(
      ["", "perplexity of text", "of its own words", "log-prob. off by", "same likeliest", "same continued", "until"],
      qualities.map(([row, quality]) => [row, ...cells(quality)]),
    ),
  );
  if (values.json) await writeFile(values.json, `${JSON.stringify(Object.fromEntries(qualities), null, 1)}\n`);
}

async function textsFor(directory: string): Promise<Texts> {
  if (!existsSync(values.text)) throw new Error(`Cannot read ${values.text}: name a text with --text`);
  const text = readFileSync(values.text, "utf8");
  const tokenizer = await loadTokenizer(directory);
  const template = await loadChatTemplate(directory, tokenizer.specialTokens);
  const passages = passagesOf(text, tokenizer, whole("passages", 1), whole("passage-len", 2));
  return {
    passages: passages.map((ids) => ({ ids, from: 1 })),
    prompts: template
      ? conversations(template, tokenizer, whole("prompts", 1))
      : passagesOf(text, tokenizer, whole("prompts", 1), whole("prompt-len", 1)),
  };
}

function whole(option: "passages" | "passage-len" | "prompts" | "prompt-len" | "output-len", least: number): number {
  return wholeOf(option, values[option], least);
}

type Quality = ReturnType<typeof qualityOf>;

function qualityOf({ text, own, continued }: Answers, baseline: Answers) {
  return {
    textPerplexity: perplexity(text),
    ownPerplexity: perplexity(own),
    ...agreementOnText(own, baseline.own),
    ...agreementOfContinuations(continued, baseline.continued),
  };
}

function cells(quality: Quality): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    quality.textPerplexity.toPrecision(5),
    quality.ownPerplexity.toPrecision(5),
    quality.logprobError.toFixed(4),
    percent(quality.sameLikeliest),
    percent(quality.sameContinued),
    quality.untilDifferent.toFixed(1),
  ];
}
