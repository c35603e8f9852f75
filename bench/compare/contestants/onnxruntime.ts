import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { type Answer, decodePrompts, type Question, randomPrompt } from "../questions.ts";
import { serveQuestions } from "../serve_questions.ts";

/** ONNX Runtime's WebGPU provider, the KV cache kept on the device: onnxruntime.ts MODULES ONNX VOCAB_SIZE LAYERS KV_HEADS HEAD_DIM */
const [, , modules = "", file = "", ...sizes] = process.argv;
const [vocabSize = 0, layers = 0, kvHeads = 0, headDim = 0] = sizes.map(Number);

/** Of onnxruntime-node, what is called here. */
interface OnnxRuntime {
  readonly InferenceSession: { create(file: string, options: object): Promise<Session> };
  readonly Tensor: new (type: string, data: unknown, shape: readonly number[]) => Tensor;
}

interface Session {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
}

interface Tensor {
  readonly data: BigInt64Array;
  readonly location: string;
  dispose(): void;
}

const names = Array.from({ length: layers }, (_, i) => [`${i}.key`, `${i}.value`]).flat();
const ort = createRequire(import.meta.url)(join(modules, "onnxruntime-node")) as OnnxRuntime;
const { version } = createRequire(import.meta.url)(join(modules, "onnxruntime-node/package.json")) as {
  version: string;
};

await serveQuestions(async () => {
  const onDevice = Object.fromEntries(names.map((name) => [`present.${name}`, "gpu-buffer"]));
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ["webgpu"],
    preferredOutputLocation: onDevice,
    graphOptimizationLevel: "all",
  });
  // One step shows where the cache lies: on the CPU, it would not be the WebGPU provider's.
  const probe = new Batch(session, 1);
  await probe.step([[0]]);
  const location = probe.location;
  probe.close();
  if (location !== "gpu-buffer") throw new Error(`ONNX Runtime keeps its cache on ${location}, not on the GPU`);
  return {
    introduction: {
      name: `ONNX Runtime ${version}`,
      device: "Dawn's first adapter (it does not say which)",
      evidence: `WebGPU provider, cache on ${location}, weights in f32`,
    },
    contestant: (question) => answer(session, question),
  };
});

/** Sequences of equal length and their cache. */
class Batch {
  readonly #session: Session;
  readonly #size: number;
  #past: Readonly<Record<string, Tensor>>;
  #tokens = 0;

  constructor(session: Session, size: number) {
    this.#session = session;
    this.#size = size;
    const empty = () => new ort.Tensor("float32", new Float32Array(0), [size, kvHeads, 0, headDim]);
    this.#past = Object.fromEntries(names.map((name) => [`past.${name}`, empty()]));
  }

  get location(): string {
    return Object.values(this.#past)[0]!.location;
  }

  /** Computes as many rows of each sequence, and the likeliest token after each. */
  async step(rows: readonly (readonly number[])[]): Promise<number[]> {
    const [first] = rows as readonly [readonly number[]];
    this.#tokens += first.length;
    const ids = BigInt64Array.from(rows.flat(), BigInt);
    const outputs = await this.#session.run({
      input_ids: new ort.Tensor("int64", ids, [this.#size, first.length]),
      seqlens_k: new ort.Tensor("int32", new Int32Array(this.#size).fill(this.#tokens - 1), [this.#size]),
      total_sequence_length: new ort.Tensor("int32", Int32Array.of(this.#tokens), [1]),
      ...this.#past,
    });
    this.close();
    this.#past = Object.fromEntries(names.map((name) => [`past.${name}`, outputs[`present.${name}`]!]));
    return Array.from(outputs.next_ids!.data, Number);
  }

  close(): void {
    for (const tensor of Object.values(this.#past)) tensor.dispose();
  }
}

async function answer(session: Session, question: Question): Promise<Answer> {
  const batch = new Batch(session, question.kind === "decode" ? question.sequences : 1);
  try {
    switch (question.kind) {
      case "prefill": {
        const prompt = randomPrompt(vocabSize, question.tokens, question.seed);
        const began = performance.now();
        const tokens = await batch.step([prompt]);
        return { seconds: (performance.now() - began) / 1000, tokens };
      }
      case "greedy": {
        const began = performance.now();
        const tokens = await batch.step([question.promptIds]);
        while (tokens.length < question.steps) tokens.push(...(await batch.step([[tokens.at(-1)!]])));
        return { seconds: (performance.now() - began) / 1000, tokens };
      }
      case "decode": {
        let next = await batch.step(decodePrompts(vocabSize, question));
        const began = performance.now();
        for (let i = 0; i < question.steps; i++) next = await batch.step(next.map((token) => [token]));
        return { seconds: (performance.now() - began) / 1000, tokens: [] };
      }
    }
  } finally {
    batch.close();
  }
}
