import { getLogger } from "@logtape/logtape";
import type { BuiltEngine } from "../build.ts";
import { parseServeConfig, type ServeConfig } from "../config.ts";
import { exit, onStopSignal, runtime, type Server, serve } from "../host.ts";
import { OtlpExporter } from "../http/otlp.ts";
import type { Serving } from "../http/serving.ts";
import { VERSION } from "../version.ts";
import { loadApiKeys } from "./api_keys.ts";
import { asTexts, type FlagValue } from "./flag_values.ts";
import { type Loaded, loadServing } from "./load_serving.ts";
import { configureLogging } from "./logging.ts";
import { seedSource } from "./seed_source.ts";

const log = getLogger(["octavo", "serve"]);

/**
 * `octavo serve`: listens at once (so that /health answers), loads the model, prints the ready line, and serves until
 * SIGTERM or SIGINT; then refuses newcomers, lets running requests finish, and exits with 0.
 */
export async function runServe(model: string | undefined, options: Readonly<Record<string, FlagValue>>): Promise<void> {
  const config = parseServeConfig(asTexts(options), process.env);
  await configureLogging(config.logFormat);
  const apiKeys = await loadApiKeys(config);
  const traces = traceExporter(config);

  // The adapter is opened in threads of its own, meanwhile the largest module is imported.
  const loading = loadServing(model, config);
  loading.catch(() => {});
  const { createApp } = await import("../http/app.ts");
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
    apiKeys,
    keyLimits: {
      requestsPerMinute: config.maxRequestsPerMinute,
      concurrentRequests: config.maxConcurrentRequests,
    },
    allowedOrigins: config.allowedOrigins,
    requestTimeout: config.requestTimeout,
    slowReaderTimeout: config.slowReaderTimeout,
    logPrompts: config.logPrompts,
    traces,
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

  const loaded = await loading;
  stop = () => shutDown(loaded.built, server, traces, config.shutdownTimeout);
  serving = loaded.serving;
  void loaded.device.lost.then((reason) => {
    if (stopping) return;
    // Nothing can be computed any more; a supervisor can start a new process, and this one cannot heal itself.
    log.fatal("{reason}", { reason });
    exit(1);
  });
  announce(loaded, config, server.port);
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

function traceExporter({ otlpTracesEndpoint: endpoint }: ServeConfig): OtlpExporter | undefined {
  if (endpoint === undefined) return undefined;
  const name = process.env.OTEL_SERVICE_NAME || "octavo";
  return new OtlpExporter(endpoint, { name, version: VERSION }, getLogger(["octavo", "traces"]));
}

async function shutDown(
  { engine, prefixStore }: BuiltEngine,
  server: Server,
  traces: OtlpExporter | undefined,
  timeoutSeconds: number,
): Promise<void> {
  await engine.drain(timeoutSeconds * 1000);
  await Promise.race([prefixStore?.flush(), new Promise((resolve) => setTimeout(resolve, LAST_BLOCKS_MS))]);
  // The last bytes of the answers are still on their way when the engine is idle.
  await Promise.race([server.stop(), new Promise((resolve) => setTimeout(resolve, LAST_BYTES_MS))]);
  await Promise.race([traces?.flush(), new Promise((resolve) => setTimeout(resolve, LAST_BYTES_MS))]);
  await engine.close();
  exit(0);
}

const LAST_BYTES_MS = 2000;
const LAST_BLOCKS_MS = 2000;
