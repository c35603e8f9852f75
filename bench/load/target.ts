import { bundledModel } from "../../src/cli/bundled_model.ts";
import { listModels } from "../../src/cli/chat/chat_server.ts";
import { apiBase, isUrl } from "../../src/cli/chat/connect.ts";
import type { FlagTexts } from "../../src/config.ts";
import { loadTokenizer, type Tokenizer } from "../../src/text/tokenizer.ts";
import { resolveModel } from "../../src/weights/hub.ts";
import { serveArgs } from "./bench_args.ts";
import { ask, type Endpoint, requestBody } from "./client.ts";
import { startServer } from "./own_server.ts";

/** A server under test. */
export interface Target {
  readonly endpoint: Endpoint;
  /** In words. */
  readonly description: string;
  readonly tokenizer: Tokenizer | null;
  readonly vocabSize: number;
  /** Tokens of its context; Infinity where it does not say. */
  readonly maxLength: number;
  close(): Promise<void>;
}

export interface TargetOptions {
  readonly path: Endpoint["path"];
  readonly ignoreEos: boolean;
  readonly apiKey: string | undefined;
  /** Name to ask for; the first that the server lists where undefined. */
  readonly model: string | undefined;
  /** Directory of the tokenizer of a server that is already there. */
  readonly tokenizer: string | undefined;
  /** Flags of a server of our own. */
  readonly engine: FlagTexts;
}

/** Ids that every vocabulary has. */
const LEAST_VOCABULARY = 256;

export async function modelDirectory(model: string | undefined): Promise<string> {
  return model === undefined ? bundledModel() : resolveModel(model);
}

/**
 * A server that is already there, by its URL, or our own with a model. Asks it once whether it takes token ids, and says
 * so on stderr where it does not. Throws where it cannot be reached or answers neither way.
 */
export async function openTarget(target: string | undefined, options: TargetOptions): Promise<Target> {
  const { path, ignoreEos, apiKey } = options;
  if (isUrl(target) && Object.keys(options.engine).length > 0) {
    throw new Error(`Cannot set ${serveArgs(options.engine).join(" ")}: the server at ${target} is already there`);
  }
  const directory = isUrl(target) ? options.tokenizer : await modelDirectory(target);
  const own = isUrl(target) ? null : await startServer(directory!, serveArgs(options.engine));
  try {
    const tokenizer = directory === undefined ? null : await loadTokenizer(directory);
    const url = own?.url ?? apiBase(target!);
    const model = options.model ?? (await listModels({ fetch: (request) => fetch(request), url, apiKey }))[0];
    if (model === undefined) throw new Error(`Cannot measure ${url}: it lists no model: name one with --model`);
    const sendIds = path === "completions";
    const endpoint = await warm({ url, apiKey, model, path, sendIds, ignoreEos });
    return {
      endpoint,
      description: own?.ready ?? `${model} at ${url}`,
      tokenizer,
      vocabSize: tokenizer?.vocabSize ?? LEAST_VOCABULARY,
      maxLength: await contextOf(endpoint),
      close: async () => own?.stop(),
    };
  } catch (error) {
    await own?.stop();
    throw error;
  }
}

/** One short request, with ids and, where those are refused, with text. */
async function warm(endpoint: Endpoint): Promise<Endpoint> {
  const answer = await ask(endpoint, requestBody(endpoint, [65, 66, 67, 68], 4));
  if (!("error" in answer)) return endpoint;
  const refusal = `${endpoint.url}/${endpoint.path} answers ${answer.error}`;
  if (!endpoint.sendIds) throw new Error(`Cannot measure ${endpoint.model}: ${refusal}`);
  const inText = { ...endpoint, sendIds: false };
  const second = await ask(inText, requestBody(inText, [65, 66, 67, 68], 4));
  if ("error" in second) throw new Error(`Cannot measure ${endpoint.model}: ${refusal}; to text ${second.error}`);
  console.error(`prompts are sent as text, about one word a token: ${refusal}`);
  return inText;
}

/** vLLM and Octavo say it in their list of models. */
async function contextOf({ url, apiKey, model }: Endpoint): Promise<number> {
  const headers = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
  const response = await fetch(`${url}/models`, { headers });
  const { data = [] } = (await response.json().catch(() => ({}))) as {
    data?: readonly { readonly id: string; readonly max_model_len?: number }[];
  };
  return data.find(({ id }) => id === model)?.max_model_len ?? Infinity;
}
