import { basename, join, resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import { type BuiltEngine, buildEngine, openDevice } from "../build.ts";
import { ConfigError, parseServeConfig, type ServeConfig } from "../config.ts";
import type { Device } from "../contracts/device.ts";
import { CheckpointError } from "../contracts/weights.ts";
import { exit, onStopSignal, runtime, type Server, serve } from "../host.ts";
import { createApp } from "../http/app.ts";
import type { SamplingDefaults, Serving } from "../http/serving.ts";
import { loadChatTemplate } from "../text/chat_template.ts";
import { loadTokenizer } from "../text/tokenizer.ts";
import { VERSION } from "../version.ts";
import { resolveModel } from "../weights/hub.ts";
import { readOptionalJson } from "../weights/json.ts";
import { loadingProgress } from "./loading_progress.ts";
import { configureLogging } from "./logging.ts";
import { downloadProgress } from "./pull.ts";
import { seedSource } from "./seed_source.ts";

const log = getLogger(["octavo", "serve"]);

/**
 * `octavo serve`: listens at once (so that /health answers), loads the model, prints the ready line, and serves until
 * SIGTERM or SIGINT; then refuses newcomers, lets running requests finish, and exits with 0.
 */
export async function runServe(
  model: string | undefined,
  options: Record<string, string | string[] | boolean>,
): Promise<void> {
  const config = parseServeConfig(asTexts(options), process.env);
  if (model === undefined) {
    throw new ConfigError(
      "Name the model to serve: octavo serve MODEL, a directory with config.json and model.safetensors, or a hub id such as org/name",
    );
  }
  await configureLogging(config.logFormat);

  let serving: Serving | null = null;
  let stopping = false;
  const app = createApp({
    serving: () => serving,
    readiness: () => {
      if (!serving) return { ready: false, reason: "the model is being loaded" };
      if (stopping) return { ready: false, reason: "the server is shutting down" };
      const { failure } = serving.engine;
      return failure ? { ready: false, reason: failure } : { ready: true, reason: "" };
    },
    apiKeys: config.apiKey,
    metricsPrefix: config.metricsPrefix,
    version: VERSION,
    logger: getLogger(["octavo", "http"]),
    now: () => performance.now(),
    unixTime: () => Math.floor(Date.now() / 1000),
    nextSeed: seedSource(config.seed),
  });
  const server = await serve((request) => app.fetch(request), { hostname: config.host, port: config.port });

  // Before the model is there, there is nothing to drain.
  let stop: () => Promise<void> = async () => exit(0);
  onStopSignal((signal) => {
    // Who asks twice does not want to wait.
    if (stopping) exit(1);
    stopping = true;
    log.info("{signal}: finishing the running requests, for at most {seconds} s", {
      signal,
      seconds: config.shutdownTimeout,
    });
    void stop();
  });

  const loaded = await load(model, config);
  stop = () => shutDown(loaded.built, server, config.shutdownTimeout);
  serving = loaded.serving;
  void loaded.device.lost.then((reason) => {
    if (stopping) return;
    // Nothing can be computed any more; a supervisor can start a new process, and this one cannot heal itself.
    log.fatal("{reason}", { reason });
    exit(1);
  });
  announce(loaded, config, server.port);
}

interface Loaded {
  readonly built: BuiltEngine;
  readonly device: Device;
  readonly serving: Serving;
}

async function load(model: string, config: ServeConfig): Promise<Loaded> {
  const download = downloadProgress(process.stderr);
  const directory = await resolveModel(model, { onProgress: download.show }).finally(download.stop);
  const device = await openDevice(config);
  const [tokenizer, defaults] = await Promise.all([loadTokenizer(directory), samplingDefaults(directory)]);
  const chatTemplate = await loadChatTemplate(directory, tokenizer.specialTokens, config.chatTemplate);
  const loading = loadingProgress(process.stderr);
  const built = await buildEngine(directory, device, config, loading.show).finally(loading.stop);
  const { engine, plan, spec } = built;
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
  return {
    built,
    device,
    serving: {
      engine,
      tokenizer,
      chatTemplate,
      model: {
        ids: servedIds(model, directory, config),
        created: Math.floor(Date.now() / 1000),
        maxModelLen: plan.maxModelLen,
        defaults,
      },
    },
  };
}

/** The names given, else the hub id; a directory goes by its name and by the path as it was typed. */
function servedIds(model: string, directory: string, { servedModelName }: ServeConfig): [string, ...string[]] {
  const [first, ...others] = servedModelName;
  if (first !== undefined) return [first, ...others];
  return resolve(model) === resolve(directory) ? [basename(resolve(model)), model] : [model];
}

/** What generation_config.json says about sampling, as vLLM takes it. */
async function samplingDefaults(directory: string): Promise<SamplingDefaults> {
  const stored = (await readOptionalJson(directory, "generation_config.json")) ?? {};
  const number = (key: string) => (typeof stored[key] === "number" ? (stored[key] as number) : undefined);
  return { temperature: number("temperature"), topP: number("top_p"), topK: number("top_k") };
}

function announce({ built, device, serving }: Loaded, { host }: ServeConfig, port: number): void {
  const { engine } = built;
  const shownHost = host.includes(":") ? `[${host}]` : host;
  const seconds = (performance.now() / 1000).toFixed(2);
  process.stdout.write(
    `octavo ready on http://${shownHost}:${port}  model=${serving.model.ids[0]} ` +
      `device=${device.kind} (${device.name}, ${runtime.name} ${runtime.version}) ` +
      `blocks=${engine.numBlocks}x${engine.blockSize}  ready in ${seconds} s\n`,
  );
}

async function shutDown({ engine }: BuiltEngine, server: Server, timeoutSeconds: number): Promise<void> {
  await engine.drain(timeoutSeconds * 1000);
  // The last bytes of the answers are still on their way when the engine is idle.
  await Promise.race([server.stop(), new Promise((resolve) => setTimeout(resolve, LAST_BYTES_MS))]);
  await engine.close();
  exit(0);
}

const LAST_BYTES_MS = 2000;

/** Switches arrive as booleans; the schema reads texts. */
function asTexts(options: Record<string, string | string[] | boolean>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, typeof value === "boolean" ? String(value) : value]),
  );
}
