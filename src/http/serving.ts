import type { Logger } from "@logtape/logtape";
import type { GenerationEngine } from "../contracts/generation.ts";
import type { Grammars } from "../contracts/grammar.ts";
import type { ChatTemplate } from "../text/chat_template.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { ToolCallFormat } from "../text/tool_calls/format.ts";
import type { KeyLimits } from "./key_limits.ts";
import type { OtlpExporter } from "./otlp.ts";

/** A loaded model, ready to answer. */
export interface Serving {
  readonly engine: GenerationEngine;
  readonly tokenizer: Tokenizer;
  /** Null where the model has none: chat requests are then a 400. */
  readonly chatTemplate: ChatTemplate | null;
  /** How the model writes tool calls; null where that is not known: tools are then a 400. */
  readonly toolCalls: ToolCallFormat | null;
  /** Whether `<think>...</think>` at the beginning of an answer is split from it. */
  readonly reasoning: boolean;
  /** Compiles what answers have to keep to; absent: such requests are a 400. */
  readonly grammars?: Grammars;
  readonly model: ServedModel;
}

export interface ServedModel {
  /** The names it is served under; the first one is shown in answers. */
  readonly ids: readonly [string, ...string[]];
  /** Unix seconds. */
  readonly created: number;
  /** Tokens, prompt and output together. */
  readonly maxModelLen: number;
  /** Used where a request leaves them out (generation_config.json). */
  readonly defaults: SamplingDefaults;
}

export interface SamplingDefaults {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly minP?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
}

/** What the app is built from. It answers from the first moment; the model may come later. */
export interface AppDeps {
  /** Null until the model is loaded. */
  serving(): Serving | null;
  /** What /ready says; `reason` is shown when not ready. */
  readiness(): { readonly ready: boolean; readonly reason: string };
  /** Empty: no key is asked for. */
  readonly apiKeys: readonly string[];
  /** Put before every metric's name, such as `octavo:`. */
  readonly metricsPrefix: string;
  readonly version: string;
  readonly logger: Logger;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Unix seconds. */
  unixTime(): number;
  /** A seed for a request that names none. */
  nextSeed(): bigint;
  /** Largest request body; 16 MiB unless given. */
  readonly maxBodyBytes?: number;
  /** Silence after which a stream sends a comment, in ms; 15 s unless given. */
  readonly heartbeatMs?: number;
  /** Of each API key; none unless given. */
  readonly keyLimits?: KeyLimits;
  /** Web origins whose pages may ask, or `*`; none unless given. */
  readonly allowedOrigins?: readonly string[];
  /** Seconds a whole request may take; no limit unless given. */
  readonly requestTimeout?: number;
  /** Seconds a client may leave a full stream unread; 30 unless given. */
  readonly slowReaderTimeout?: number;
  /** Log the text of prompts, too. */
  readonly logPrompts?: boolean;
  /** Where traces go; none are written unless given. */
  readonly traces?: OtlpExporter | undefined;
}
