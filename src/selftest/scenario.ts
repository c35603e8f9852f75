import type { Device, DeviceBuffer, Op, Ops, StepShape } from "../contracts/device.ts";
import type { Element } from "./compare.ts";

/** One operation, or several in order, with its inputs, to be run on any device. */
export interface Scenario {
  /** Initial contents of every buffer, outputs included. */
  readonly buffers: Readonly<Record<string, Float32Array | Uint32Array | Uint16Array>>;
  readonly bind: (ops: Ops, buffer: (name: string) => DeviceBuffer) => Op | readonly Op[];
  readonly step: Partial<StepShape>;
  /** Buffers to read afterwards, and their elements. */
  readonly outputs: Readonly<Record<string, Element>>;
}

/** A scenario with what its results may differ by between devices. */
export interface Case {
  readonly kernel: string;
  readonly name: string;
  readonly scenario: () => Scenario;
  /** Largest difference, as a share of the output's largest magnitude; 0, and always for integers: the same values. */
  readonly tolerance: number;
}

/** Runs a scenario and resolves with the bytes of its outputs. */
export async function runScenario(device: Device, scenario: Scenario): Promise<Map<string, Uint8Array>> {
  const buffers = new Map<string, DeviceBuffer>();
  for (const [name, data] of Object.entries(scenario.buffers)) {
    const buffer = device.allocate(name, Math.ceil(data.byteLength / 4) * 4);
    device.write(buffer, 0, wholeWords(data));
    buffers.set(name, buffer);
  }
  const bound = [scenario.bind(device.ops, (name) => buffers.get(name)!)].flat();
  const step = {
    rows: 0,
    decodeRows: 0,
    samples: 0,
    copies: 0,
    filtered: 0,
    edits: 0,
    maxContext: 1,
    topLogprobs: -1,
    ...scenario.step,
  };
  await device.prepare(bound);
  await device.run(bound, step, []);
  const outputs = new Map<string, Uint8Array>();
  for (const name of Object.keys(scenario.outputs)) {
    const buffer = buffers.get(name)!;
    outputs.set(name, await device.gather([{ buffer, offset: 0, bytes: buffer.bytes }]));
  }
  return outputs;
}

/** The data's bytes, zero-padded to a multiple of 4. */
function wholeWords(data: Float32Array | Uint32Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return bytes;
}
