import { type ChatConfig, ConfigError } from "../../config.ts";
import { ChatError, type ChatServer, listModels } from "./chat_server.ts";
import type { Partner } from "./partner.ts";

export function isUrl(target: string | undefined): target is string {
  return target !== undefined && /^https?:\/\//i.test(target);
}

/**
 * A server that is already there. Without a path, `/v1` is added to the URL. Throws ChatError where it cannot be reached
 * or has no model.
 */
export async function connect(
  target: string,
  { apiKey, model }: Pick<ChatConfig, "apiKey" | "model">,
): Promise<Partner> {
  const server: ChatServer = { fetch: (request) => fetch(request), url: apiBase(target), apiKey };
  const name = model ?? (await listModels(server))[0];
  if (name === undefined) throw new ChatError(`Cannot chat with ${server.url}: it lists no model`);
  return { server, model: name, description: `${name} at ${server.url}`, close: async () => {} };
}

/** @throws ConfigError */
export function apiBase(target: string): string {
  if (!URL.canParse(target)) throw new ConfigError(`Cannot read the URL: received ${JSON.stringify(target)}`);
  const { origin, pathname } = new URL(target);
  return `${origin}${pathname === "/" ? "/v1" : pathname.replace(/\/+$/, "")}`;
}
