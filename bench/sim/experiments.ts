import type { Experiment } from "./experiment.ts";
import { batched } from "./experiments/batched.ts";
import { blockSize } from "./experiments/block_size.ts";
import { chat } from "./experiments/chat.ts";
import { latency } from "./experiments/latency.ts";
import { memoryWaste } from "./experiments/memory_waste.ts";
import { mooncake } from "./experiments/mooncake.ts";
import { sharedPrefix } from "./experiments/shared_prefix.ts";
import { sharing } from "./experiments/sharing.ts";
import { swap } from "./experiments/swap.ts";
import { victims } from "./experiments/victims.ts";

/** In the order of the paper's figures; the last two go beyond it. */
export const EXPERIMENTS: readonly Experiment[] = [
  memoryWaste,
  latency,
  batched,
  sharing,
  sharedPrefix,
  chat,
  blockSize,
  swap,
  victims,
  mooncake,
];
