import type { EngineExperiment } from "./experiment.ts";
import { chat } from "./experiments/chat.ts";
import { preemption } from "./experiments/preemption.ts";
import { saturation } from "./experiments/saturation.ts";
import { sharedPrefix } from "./experiments/shared_prefix.ts";

/** In the order of the paper's figures. */
export const ENGINE_EXPERIMENTS: readonly EngineExperiment[] = [saturation, sharedPrefix, chat, preemption];
