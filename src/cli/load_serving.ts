import { basename, join, resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import { type BuiltEngine, buildEngine, openDevice } from "../build.ts";
import { ConfigError, type ServeConfig } from "../config.ts";
import type { Device } from "../contracts/device.ts";
import { CheckpointError } from "../contracts/weights.ts";
import type { Engine } from "../engine/engine.ts";
import { WorkerGrammars } from "../grammar/grammars.ts";
import { vocabularyOf } from "../grammar/vocabulary.ts";
import type { SamplingDefaults, Serving } from "../http/serving.ts";
import { StartupBudget } from "../startup_budget.ts";
import { type ChatTemplate, loadChatTemplate } from "../text/chat_template.ts";
import { readTextFile, TextError } from "../text/json_file.ts";
import { systemPromptTokens } from "../text/system_prompt.ts";
import { loadTokenizer, type Tokenizer } from "../text/tokenizer.ts";
import { detectReasoning, detectToolCalls, toolCallFormats } from "../text/tool_calls/format.ts";
import { resolveModel } from "../weights/hub.ts";
import { readOptionalJson } from "../weights/json.ts";
import { autoBlockSize, blockSizeFile } from "./auto_block_size.ts";
import { bundledModel } from "./bundled_model.ts";
import { loadPrefixCache } from "./load_prefix_cache.ts";
import { loadingProgress } from "./loading_progress.ts";
import { downloadProgress } from "./pull.ts";

const log = getLogger(["octavo", "load"]);

/** A model on a device, with its engine running. */
export interface Loaded {
  readonly built: BuiltEngine;
  readonly device: Device;
  readonly serving: Serving;
}

/** Loads MODEL, the bundled model where it is left out, and shows on stderr how far it is. */
export async function loadServing(model: string | undefined, config: ServeConfig): Promise<Loaded> {
  const budget = new StartupBudget(() => performance.now());
  budget.add("runtime", performance.now() / 1000);
  const directory = model === undefined ? await bundledModel() : await findModel(model);
  const loading = loadingProgress(process.stderr);
  const opening = budget.phase("adapter", () => openDevice(config));
  const building = opening.then((device) =>
    buildEngine(
      directory,
      device,
      config,
      loading.show,
      (shape) => autoBlockSize(device, shape, blockSizeFile(process.env)),
      budget,
    ),
  );
  // What waits for the disk and for other threads there, leaves the time for this here.
  const reading = budget.phase("tokenizer", () => readTexts(directory, config));
  const [device, built, { tokenizer, defaults, chatTemplate }] = await Promise.all([opening, building, reading])
    .catch((error) => {
      void building.then(({ engine }) => engine.close()).catch(() => {});
      throw error;
    })
    .finally(loading.stop);
  const { engine, plan, spec, weightBytes } = built;
  if (config.quantization !== "none") {
    log.info("Weights quantised to {scheme}: {megabytes} MB on the device", {
      scheme: config.quantization,
      megabytes: Math.round(weightBytes / 1e5) / 10,
    });
  }
  if (tokenizer.vocabSize > spec.vocabSize) {
    throw new CheckpointError(
      `Cannot use ${join(directory, "tokenizer.json")}: it has ${tokenizer.vocabSize} tokens, but the model's vocabulary has ${spec.vocabSize}`,
    );
  }
  if (config.maxModelLen === undefined && plan.maxModelLen < spec.maxPositions) {
    log.warn("The KV cache holds {tokens} of the model's {positions} tokens of context; --kv-cache-memory gives more", {
      tokens: plan.maxModelLen,
      positions: spec.maxPositions,
    });
  }
  const systemPrompts = new Map<string, number[]>();
  for (const file of config.systemPrompt) {
    const text = await readTextFile(file);
    if (text === null) throw new TextError(`Cannot load the system prompt: ${file} does not exist`);
    systemPrompts.set(file, systemPromptTokens(text.trim(), tokenizer, chatTemplate));
  }
  await loadPrefixCache(built, [...systemPrompts.values()]);
  for (const [file, tokenIds] of systemPrompts) await pinSystemPrompt(engine, tokenIds, file);
  log.info("start-up: {phases}", { phases: budget.toString() });
  const formats = answerFormats(config, chatTemplate, tokenizer);
  const markers = formats.toolCalls?.markers ?? [];
  const vocabulary = () => vocabularyOf(tokenizer, spec.vocabSize, built.eosTokenIds, markers);
  return {
    built,
    device,
    serving: {
      engine,
      tokenizer,
      chatTemplate,
      ...formats,
      // What never ends cannot keep to a grammar that does.
      ...(built.eosTokenIds.length > 0 && { grammars: new WorkerGrammars(vocabulary) }),
      model: {
        ids: servedIds(model, directory, config),
        created: Math.floor(Date.now() / 1000),
        maxModelLen: plan.maxModelLen,
        defaults,
      },
    },
  };
}

async function readTexts(directory: string, { chatTemplate }: ServeConfig) {
  const [tokenizer, defaults] = await Promise.all([loadTokenizer(directory), samplingDefaults(directory)]);
  return {
    tokenizer,
    defaults,
    chatTemplate: await loadChatTemplate(directory, tokenizer.specialTokens, chatTemplate),
  };
}

async function pinSystemPrompt(engine: Engine, tokenIds: readonly number[], file: string): Promise<void> {
  if (tokenIds.length < engine.blockSize) {
    log.warn("{file} is not kept: its {tokens} tokens do not fill a block", { file, tokens: tokenIds.length });
    return;
  }
  await engine.pinPrefix(tokenIds).catch((error: Error) => {
    throw new ConfigError(`Cannot keep --system-prompt ${file}: ${error.message}`);
  });
  log.info("{file}: {tokens} tokens computed and kept", { file, tokens: tokenIds.length });
}

/** What the flags say, else what the template and the vocabulary show. */
function answerFormats(
  { toolCallParser, reasoningParser }: ServeConfig,
  template: ChatTemplate | null,
  tokenizer: Tokenizer,
): Pick<Serving, "toolCalls" | "reasoning"> {
  const text = template?.text ?? "";
  const hasToken = (token: string) => tokenizer.tokenId(token) !== undefined;
  const named = toolCallParser === "none" || toolCallParser === "auto" ? null : toolCallFormats[toolCallParser];
  return {
    toolCalls: toolCallParser === "auto" ? detectToolCalls(text, hasToken) : named,
    reasoning: reasoningParser === "auto" ? detectReasoning(text, hasToken) : reasoningParser === "think",
  };
}

function findModel(model: string): Promise<string> {
  const download = downloadProgress(process.stderr);
  return resolveModel(model, { onProgress: download.show }).finally(download.stop);
}

/** The names given, else the hub id; a directory goes by its name and by the path as it was typed. */
function servedIds(
  model: string | undefined,
  directory: string,
  { servedModelName }: ServeConfig,
): [string, ...string[]] {
  const [first, ...others] = servedModelName;
  if (first !== undefined) return [first, ...others];
  if (model === undefined) return [basename(directory)];
  return resolve(model) === resolve(directory) ? [basename(resolve(model)), model] : [model];
}

/** What generation_config.json says about sampling, as vLLM takes it. */
async function samplingDefaults(directory: string): Promise<SamplingDefaults> {
  const stored = (await readOptionalJson(directory, "generation_config.json")) ?? {};
  const number = (key: string) => (typeof stored[key] === "number" ? (stored[key] as number) : undefined);
  return {
    temperature: number("temperature"),
    topP: number("top_p"),
    topK: number("top_k"),
    minP: number("min_p"),
    repetitionPenalty: number("repetition_penalty"),
  };
}
