import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { type Answer, decodePrompts, type Question, randomPrompt } from "../questions.ts";
import { serveQuestions } from "../serve_questions.ts";

/**
 * llama.cpp as node-llama-cpp's prebuilt addon has it, called without node-llama-cpp's own layers, which would cost
 * time: llama_cpp.ts BINARIES GGUF KV_DTYPE vulkan|cpu VOCAB_SIZE
 */
const [, , binaries = "", file = "", kvDtype = "f16", backend = "vulkan", vocab = "0"] = process.argv;
const vocabSize = Number(vocab);

/** Of the addon, what is called here; the whole is in node-llama-cpp's AddonTypes.d.ts. */
interface Addon {
  markLoaded(): boolean;
  setLogger(logger: (level: number, message: string) => void): void;
  setLoggerLogLevel(level: number): void;
  loadBackends(directory?: string): void;
  getGpuType(): string | false | undefined;
  getGpuDeviceInfo(): { readonly deviceNames: readonly string[] };
  init(): Promise<void>;
  readonly AddonModel: new (file: string, options: object) => Model;
  readonly AddonContext: new (model: Model, options: object) => Context;
  readonly AddonSampler: new (model: Model) => Sampler;
}

interface Model {
  init(): Promise<boolean>;
}

interface Context {
  init(): Promise<boolean>;
  initBatch(size: number): void;
  addToBatch(sequence: number, position: number, tokens: Uint32Array, withLogits: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(logitsIndex: number, sampler: Sampler): Promise<number>;
  disposeSequence(sequence: number): void;
}

interface Sampler {
  applyConfig(config: { readonly temperature: number }): void;
}

/** Rows of one batch, which is what llama.cpp computes at once. */
const BATCH = 512;
/** llama.cpp rounds a sequence's cells up to this. */
const CELLS = 256;
const LOG_LEVEL_INFO = 5;

await serveQuestions(async () => {
  const addon = createRequire(import.meta.url)(join(binaries, "llama-addon.node")) as Addon;
  let log = "";
  addon.markLoaded();
  addon.setLogger((_level, message) => {
    log += message;
  });
  addon.setLoggerLogLevel(LOG_LEVEL_INFO);
  addon.loadBackends();
  if (!addon.getGpuType()) addon.loadBackends(binaries);
  await addon.init();
  const model = new addon.AddonModel(file, { addonExports: addon, gpuLayers: backend === "vulkan" ? 9999 : 0 });
  if (!(await model.init())) throw new Error(`llama.cpp refuses ${file}: ${log.slice(-2000)}`);
  const sampler = new addon.AddonSampler(model);
  sampler.applyConfig({ temperature: 0 });
  return {
    introduction: {
      name: "llama.cpp (node-llama-cpp's build)",
      device: deviceOf(addon),
      evidence: backend === "vulkan" ? offloading(log) : "no GPU layers",
    },
    contestant: contestantOf(addon, model, sampler),
  };
});

function deviceOf(addon: Addon): string {
  const gpu = addon.getGpuType() || "cpu";
  if (gpu !== backend) throw new Error(`llama.cpp computes on ${gpu}, not on ${backend}`);
  return backend === "vulkan" ? addon.getGpuDeviceInfo().deviceNames.join(", ") : "CPU";
}

/** llama.cpp goes on with the CPU where it finds no GPU, and says so nowhere but in its log. */
function offloading(log: string): string {
  const [line, done, all] = /offloaded (\d+)\/(\d+) layers to GPU/.exec(log) ?? [];
  if (line === undefined || done !== all)
    throw new Error(`llama.cpp does not compute on the GPU alone: ${line ?? log.slice(-500)}`);
  return line;
}

function contestantOf(addon: Addon, model: Model, sampler: Sampler) {
  const contexts = new Map<string, Promise<Context>>();
  const contextFor = (sequences: number, tokens: number): Promise<Context> => {
    const cells = Math.ceil(tokens / CELLS) * CELLS;
    const key = `${sequences} x ${cells}`;
    let context = contexts.get(key);
    if (!context) {
      context = openContext(addon, model, sequences, cells);
      contexts.set(key, context);
    }
    return context;
  };

  /** One prompt after the other: what it computes at once otherwise, llama.cpp compiles for minutes on lavapipe. */
  const ingest = async (context: Context, prompts: readonly number[][]): Promise<number[]> => {
    const next: number[] = [];
    for (const [sequence, prompt] of prompts.entries())
      next.push(...(await step(context, sampler, sequence, [prompt], 0)));
    return next;
  };

  return async (question: Question): Promise<Answer> => {
    switch (question.kind) {
      case "prefill": {
        const context = await contextFor(1, question.tokens + 1);
        const prompt = randomPrompt(vocabSize, question.tokens, question.seed);
        context.disposeSequence(0);
        const began = performance.now();
        const tokens = await ingest(context, [prompt]);
        return { seconds: (performance.now() - began) / 1000, tokens };
      }
      case "greedy": {
        const { promptIds, steps } = question;
        const context = await contextFor(1, promptIds.length + steps);
        context.disposeSequence(0);
        const began = performance.now();
        const tokens = await ingest(context, [[...promptIds]]);
        while (tokens.length < steps) {
          const position = promptIds.length + tokens.length - 1;
          tokens.push(...(await step(context, sampler, 0, [[tokens.at(-1)!]], position)));
        }
        return { seconds: (performance.now() - began) / 1000, tokens };
      }
      case "decode": {
        const { sequences, prompt, steps } = question;
        const context = await contextFor(sequences, prompt + steps);
        for (let i = 0; i < sequences; i++) context.disposeSequence(i);
        let next = await ingest(context, decodePrompts(vocabSize, question));
        const began = performance.now();
        for (let i = 0; i < steps; i++) {
          const rows = next.map((token) => [token]);
          next = await step(context, sampler, 0, rows, prompt + i);
        }
        return { seconds: (performance.now() - began) / 1000, tokens: [] };
      }
    }
  };
}

async function openContext(addon: Addon, model: Model, sequences: number, cells: number): Promise<Context> {
  const ggmlType = { f32: 0, f16: 1 }[kvDtype];
  const context = new addon.AddonContext(model, {
    contextSize: cells * sequences,
    batchSize: BATCH,
    sequences,
    flashAttention: "auto",
    kvCacheKeyType: ggmlType,
    kvCacheValueType: ggmlType,
  });
  if (!(await context.init())) throw new Error(`llama.cpp makes no context of ${sequences} sequences`);
  return context;
}

/** Computes the rows of sequences `first`, `first` + 1, ... from `position` on, and the likeliest token after each. */
async function step(
  context: Context,
  sampler: Sampler,
  first: number,
  rows: readonly number[][],
  position: number,
): Promise<number[]> {
  context.initBatch(rows.reduce((sum, { length }) => sum + length, 0));
  const logits = rows.map(
    (ids, i) => context.addToBatch(first + i, position, Uint32Array.from(ids), Uint32Array.of(ids.length - 1))[0]!,
  );
  await context.decodeBatch();
  const tokens: number[] = [];
  for (const index of logits) tokens.push(await context.sampleToken(index, sampler));
  return tokens;
}
