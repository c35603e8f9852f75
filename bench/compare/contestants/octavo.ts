import process from "node:process";
import { buildEngine, openDevice } from "../../../src/build.ts";
import { parseServeConfig } from "../../../src/config.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { runtime } from "../../../src/host.ts";
import { VERSION } from "../../../src/version.ts";
import { greedyRequest } from "../../lib/greedy_request.ts";
import { type Answer, decodePrompts, type Question, randomPrompt } from "../questions.ts";
import { serveQuestions } from "../serve_questions.ts";

/** Octavo's engine, HTTP left out: octavo.ts DIRECTORY KV_DTYPE DEVICE SUBGROUP_MATRIX */
const [, , directory = "", kvCacheDtype = "auto", device = "webgpu", subgroupMatrix = "false"] = process.argv;

await serveQuestions(async () => {
  // Prompts are not to be found again: the others have no prefix cache here.
  const flags = { device, subgroupMatrix, kvCacheDtype, enablePrefixCaching: "false", kvCacheMemory: "1G" };
  const config = parseServeConfig(flags, {});
  const opened = await openDevice(config);
  const { engine, spec } = await buildEngine(directory, opened, config);
  return {
    introduction: {
      name: `Octavo ${VERSION}`,
      device: opened.name,
      evidence: `${opened.kind}, ${runtime.name} ${runtime.version}, KV cache in ${kvCacheDtype}`,
    },
    contestant: (question) => answer(engine, spec.vocabSize, question),
  };
});

let asked = 0;

async function answer(engine: Engine, vocabSize: number, question: Question): Promise<Answer> {
  const id = `${asked++}`;
  switch (question.kind) {
    case "prefill": {
      const prompt = randomPrompt(vocabSize, question.tokens, question.seed);
      const began = performance.now();
      const tokens = await generated(engine, id, prompt, 1);
      return { seconds: (performance.now() - began) / 1000, tokens };
    }
    case "greedy": {
      const began = performance.now();
      const tokens = await generated(engine, id, question.promptIds, question.steps);
      return { seconds: (performance.now() - began) / 1000, tokens };
    }
    case "decode": {
      // From the moment on at which every sequence has its first token, which is prefill's.
      let waiting = question.sequences;
      let began = 0;
      const onFirst = () => {
        if (--waiting === 0) began = performance.now();
      };
      const prompts = decodePrompts(vocabSize, question);
      await Promise.all(prompts.map((ids, i) => generated(engine, `${id}-${i}`, ids, question.steps + 1, onFirst)));
      return { seconds: (performance.now() - began) / 1000, tokens: [] };
    }
  }
}

async function generated(
  engine: Engine,
  id: string,
  promptIds: readonly number[],
  count: number,
  onFirst: () => void = () => {},
): Promise<number[]> {
  const [events] = engine.submit(greedyRequest(id, promptIds, count), new AbortController().signal);
  const tokens: number[] = [];
  for await (const { tokenId } of events!) if (tokens.push(tokenId) === 1) onFirst();
  return tokens;
}
