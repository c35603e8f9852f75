import type { Activation } from "../../contracts/device.ts";

/** Numbers of the activations in kernels/lib/activation.wgsl. */
export const ACTIVATION: Readonly<Record<Activation, number>> = { none: 0, silu: 1, gelu: 2, gelu_tanh: 3, relu: 4 };
