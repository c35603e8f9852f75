import { getLogger } from "@logtape/logtape";
import { ConfigError, type FlagTexts, parseServeConfig } from "../../config.ts";
import { exit } from "../../host.ts";
import { createApp } from "../../http/app.ts";
import { VERSION } from "../../version.ts";
import { loadServing } from "../load_serving.ts";
import { configureLogging } from "../logging.ts";
import { seedSource } from "../seed_source.ts";
import type { Partner } from "./partner.ts";

/** A chat has one sequence at a time; the second one's room keeps what was cached before a /reset. */
const SEQUENCES = "2";

/**
 * A model in this process, the bundled one where `model` is left out. It is asked through the server's own API, but for
 * the socket. Throws ConfigError, and whatever loading throws.
 *
 * @param given texts of serve's flags
 */
export async function startOwnEngine(
  model: string | undefined,
  given: FlagTexts,
  environment: NodeJS.ProcessEnv,
): Promise<Partner> {
  const config = parseServeConfig({ maxNumSeqs: SEQUENCES, reasoningParser: "none", ...given }, environment);
  await configureLogging(config.logFormat, "warning");
  const { built, device, serving } = await loadServing(model, config);
  const [name] = serving.model.ids;
  if (serving.chatTemplate === null) {
    throw new ConfigError(`Cannot chat with ${name}: it has no chat template; --chat-template FILE gives it one`);
  }
  let closing = false;
  void device.lost.then((reason) => {
    if (closing) return;
    getLogger(["octavo", "chat"]).fatal("{reason}", { reason });
    exit(1);
  });
  const app = createApp({
    serving: () => serving,
    readiness: () => ({ ready: true, reason: "" }),
    apiKeys: [],
    metricsPrefix: config.metricsPrefix,
    version: VERSION,
    logger: getLogger(["octavo", "http"]),
    now: () => performance.now(),
    unixTime: () => Math.floor(Date.now() / 1000),
    nextSeed: seedSource(config.seed),
  });
  return {
    server: { fetch: async (request) => app.fetch(request), url: "http://octavo/v1", apiKey: undefined },
    model: name,
    description: `${name} on ${device.name} (${device.kind})`,
    close: async () => {
      closing = true;
      await built.engine.close();
    },
  };
}
