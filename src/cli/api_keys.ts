import { readFile } from "node:fs/promises";
import { ConfigError, type ServeConfig } from "../config.ts";

/** The keys of the command line, the environment and --api-key-file. Throws ConfigError; no message shows a key. */
export async function loadApiKeys({ apiKey, apiKeyFile }: ServeConfig): Promise<readonly string[]> {
  if (apiKeyFile === undefined) return apiKey;
  let text: string;
  try {
    text = await readFile(apiKeyFile, "utf8");
  } catch (error) {
    throw new ConfigError(`Cannot read --api-key-file ${apiKeyFile}: ${(error as Error).message}`);
  }
  const keys = text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, "").trim())
    .filter((line) => line !== "");
  // An empty list of keys would open the server to everyone.
  if (keys.length === 0) throw new ConfigError(`Cannot use --api-key-file ${apiKeyFile}: it has no keys`);
  return [...new Set([...apiKey, ...keys])];
}
