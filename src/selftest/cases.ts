import { attentionCases } from "./cases/attention.ts";
import { copyBlocksCases } from "./cases/copy_blocks.ts";
import { editLogitsCases } from "./cases/edit_logits.ts";
import { embedCases } from "./cases/embed.ts";
import { gatedLinearCases } from "./cases/gated_linear.ts";
import { linearCases } from "./cases/linear.ts";
import { logprobsCases } from "./cases/logprobs.ts";
import { normCases } from "./cases/norm.ts";
import { qkvCases } from "./cases/qkv.ts";
import { ropeCases } from "./cases/rope.ts";
import { sampleCases } from "./cases/sample.ts";
import type { Case } from "./scenario.ts";

/** Every operation on ordinary and adversarial inputs: for tests, `octavo doctor` and benchmarks. */
export const cases: readonly Case[] = [
  ...embedCases,
  ...normCases,
  ...linearCases,
  ...gatedLinearCases,
  ...qkvCases,
  ...ropeCases,
  ...attentionCases,
  ...copyBlocksCases,
  ...editLogitsCases,
  ...sampleCases,
  ...logprobsCases,
];
