import type { Ops } from "../contracts/device.ts";
import { attentionOp } from "./attention.ts";
import { copyBlocksOp } from "./copy_blocks.ts";
import { editLogitsOp } from "./edit_logits.ts";
import { embedOp } from "./embed.ts";
import { gatedLinearOp, linearOp } from "./linear.ts";
import { logprobsOp } from "./logprobs.ts";
import { normOp } from "./norm.ts";
import type { ProductPrecision } from "./product_rows.ts";
import { qkvOp } from "./qkv.ts";
import { ropeOp } from "./rope.ts";
import { sampleOp } from "./sample.ts";

/** Operations in plain TypeScript with f64 sums, one row after the other: what every kernel is judged by. */
export function referenceOps(products: ProductPrecision): Ops {
  return {
    embed: embedOp,
    norm: normOp,
    linear: (name, args) => linearOp(name, args, products),
    gatedLinear: (name, args) => gatedLinearOp(name, args, products),
    qkv: (name, args) => qkvOp(name, args, products),
    ropeAndWrite: ropeOp,
    attention: attentionOp,
    copyBlocks: copyBlocksOp,
    editLogits: editLogitsOp,
    sample: sampleOp,
    logprobs: logprobsOp,
  };
}
