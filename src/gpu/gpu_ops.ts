import type { MatrixUnits } from "../../kernels/lib/products.ts";
import type {
  AttentionArgs,
  CopyBlocksArgs,
  DeviceBuffer,
  EditLogitsArgs,
  EmbedArgs,
  GatedLinearArgs,
  LinearArgs,
  LogprobsArgs,
  NormArgs,
  Ops,
  QkvArgs,
  RopeArgs,
  SampleArgs,
  Weight,
} from "../contracts/device.ts";
import type { Binder, GpuOp } from "./binder.ts";
import { Attention } from "./ops/attention.ts";
import { copyBlocksOp } from "./ops/copy_blocks.ts";
import { editLogitsOp } from "./ops/edit_logits.ts";
import { embedOp } from "./ops/embed.ts";
import { gatedLinearOp } from "./ops/gated_linear.ts";
import { linearOp } from "./ops/linear.ts";
import { logprobsOp } from "./ops/logprobs.ts";
import { normOp } from "./ops/norm.ts";
import { type Lanes, type ProductTuning, productTuning, roundedProductTuning } from "./ops/product.ts";
import { qkvOp } from "./ops/qkv.ts";
import { ropeOp } from "./ops/rope.ts";
import { sampleOp } from "./ops/sample.ts";

/** Operations as WGSL kernels; each file in `ops` turns one operation's arguments into bound dispatches. */
export class GpuOps implements Ops {
  readonly #binder: Binder;
  readonly #products: ProductTuning;
  /** For weights that round their input. */
  readonly #roundedProducts: ProductTuning;
  readonly #attention: Attention;

  /** `lanes` says what the adapter is, which changes the choice of kernel shapes but no result; `units` change results. */
  constructor(
    binder: Binder,
    allocate: (label: string, bytes: number) => DeviceBuffer,
    lanes: Lanes,
    units: MatrixUnits | null,
  ) {
    this.#binder = binder;
    this.#products = productTuning(lanes, units);
    this.#roundedProducts = roundedProductTuning(lanes, units);
    this.#attention = new Attention(binder, allocate, lanes, units?.f16 ?? null);
  }

  #productsOf({ roundsInput }: Weight): ProductTuning {
    return roundsInput ? this.#roundedProducts : this.#products;
  }

  embed(name: string, args: EmbedArgs): GpuOp {
    return embedOp(this.#binder, name, args);
  }

  norm(name: string, args: NormArgs): GpuOp {
    return normOp(this.#binder, name, args);
  }

  linear(name: string, args: LinearArgs): GpuOp {
    return linearOp(this.#binder, name, args, this.#productsOf(args.weight));
  }

  gatedLinear(name: string, args: GatedLinearArgs): GpuOp {
    return gatedLinearOp(this.#binder, name, args, this.#productsOf(args.weight));
  }

  qkv(name: string, args: QkvArgs): GpuOp {
    return qkvOp(this.#binder, name, args, this.#productsOf(args.weight));
  }

  ropeAndWrite(name: string, args: RopeArgs): GpuOp {
    return ropeOp(this.#binder, name, args);
  }

  attention(name: string, args: AttentionArgs): GpuOp {
    return this.#attention.op(name, args);
  }

  copyBlocks(name: string, args: CopyBlocksArgs): GpuOp {
    return copyBlocksOp(this.#binder, name, args);
  }

  editLogits(name: string, args: EditLogitsArgs): GpuOp {
    return editLogitsOp(this.#binder, name, args);
  }

  sample(name: string, args: SampleArgs): GpuOp {
    return sampleOp(this.#binder, name, args);
  }

  logprobs(name: string, args: LogprobsArgs): GpuOp {
    return logprobsOp(this.#binder, name, args);
  }
}
