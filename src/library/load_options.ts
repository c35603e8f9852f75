import { ConfigError, parseServeConfig, type ServeConfig, serveFlags } from "../config.ts";

/** Settings of a server that a program of its own has no use for. */
const OF_SERVERS = [
  "host",
  "port",
  "apiKey",
  "apiKeyFile",
  "maxRequestsPerMinute",
  "maxConcurrentRequests",
  "allowedOrigins",
  "servedModelName",
  "requestTimeout",
  "slowReaderTimeout",
  "shutdownTimeout",
  "metricsPrefix",
  "logFormat",
  "logPrompts",
  "otlpTracesEndpoint",
] as const satisfies readonly (keyof ServeConfig)[];

type EngineSettings = Omit<ServeConfig, (typeof OF_SERVERS)[number]>;

/** What may be written for a setting; numbers of bytes also as "512M" or "2G". */
type Written<T> = T extends boolean
  ? boolean
  : T extends number
    ? number | string
    : T extends readonly string[]
      ? readonly string[]
      : T extends `${infer N extends number}`
        ? T | N
        : T;

/**
 * The flags of `octavo serve` in camelCase, as far as they say something about the model and its engine. What is left out
 * comes from the environment (OCTAVO_<FLAG>), then from the flag's default; only maxNumQueuedReqs is 0, no bound, here.
 */
export type LoadOptions = { readonly [Key in keyof EngineSettings]?: Written<EngineSettings[Key]> | undefined };

/** Throws ConfigError naming the flag. */
export function parseLoadOptions(options: LoadOptions, environment: NodeJS.ProcessEnv): ServeConfig {
  const flags = serveFlags().filter(({ key }) => !(OF_SERVERS as readonly string[]).includes(key));
  const texts: Record<string, string | string[]> = { maxNumQueuedReqs: "0" };
  for (const [key, value] of Object.entries(options)) {
    const flag = flags.find((known) => known.key === key);
    if (flag === undefined) {
      throw new ConfigError(`${key} is not an option; there are ${flags.map((known) => known.key).join(", ")}`);
    }
    if (value === undefined) continue;
    texts[key] = flag.repeatable ? [value].flat().map(String) : String(value);
  }
  return parseServeConfig(texts, Object.fromEntries(flags.map(({ env }) => [env, environment[env]])));
}
