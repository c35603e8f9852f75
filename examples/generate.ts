/** Continues two texts at once: `bun examples/generate.ts`, `deno run -A examples/generate.ts`. */
import process from "node:process";
import { LLM } from "octavo";

const llm = await LLM.load(process.argv[2]);
const prompts = ["Once upon a time", "The capital of France is"];
const outputs = await llm.generate(prompts, { maxTokens: 32, temperature: 0 });
for (const [i, { text, usage }] of outputs.entries()) {
  console.log(`${prompts[i]}${text}  [${usage.completionTokens} tokens]`);
}
await llm.close();
