import { float, type Message, message, nested, number } from "./protobuf.ts";

/** An ONNX graph as protocol buffers; the field numbers are those of onnx.proto. */

const IR_VERSION = 8;
const OPSET = 17;
/** ONNX Runtime's own operators. */
export const CONTRIB = "com.microsoft";

const ELEMENT_TYPES = { f32: 1, i32: 6, i64: 7 };
type Element = keyof typeof ELEMENT_TYPES;

/** A name stands for an extent that is known when the graph is run. */
export interface GraphValue {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly (number | string)[];
}

/** f32 values in the file beside the graph. */
export interface ExternalTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
}

export interface GraphNode {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers are written as INT, others as FLOAT; `floats` names those that are FLOAT all the same. */
  readonly attributes?: Readonly<Record<string, number>>;
  readonly floats?: readonly string[];
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly external: readonly ExternalTensor[];
  /** i64 values of one dimension in the graph itself. */
  readonly constants: Readonly<Record<string, readonly number[]>>;
}

/** @param location name of the file with the external tensors */
export function onnxModel(graph: Graph, location: string): Message {
  const { nodes, inputs, outputs, external, constants } = graph;
  const opset = (domain: string, version: number) => nested(8, message(nested(1, domain), number(2, version)));
  return message(
    number(1, IR_VERSION),
    nested(2, "octavo"),
    nested(
      7,
      message(
        ...nodes.map((node, i) => nested(1, nodeMessage(node, i))),
        nested(2, "model"),
        ...external.map((tensor) => nested(5, externalTensor(tensor, location))),
        ...Object.entries(constants).map(([name, values]) => nested(5, constant(name, values))),
        ...inputs.map((value) => nested(11, valueInfo(value))),
        ...outputs.map((value) => nested(12, valueInfo(value))),
      ),
    ),
    opset("", OPSET),
    opset(CONTRIB, 1),
  );
}

function nodeMessage(
  { op, domain = "", inputs, outputs, attributes = {}, floats = [] }: GraphNode,
  i: number,
): Message {
  const attribute = ([name, value]: [string, number]) =>
    Number.isInteger(value) && !floats.includes(name)
      ? message(nested(1, name), number(3, value), number(20, 2))
      : message(nested(1, name), float(2, value), number(20, 1));
  return message(
    ...inputs.map((name) => nested(1, name)),
    ...outputs.map((name) => nested(2, name)),
    nested(3, `${op}_${i}`),
    nested(4, op),
    ...Object.entries(attributes).map((entry) => nested(5, attribute(entry))),
    nested(7, domain),
  );
}

function externalTensor({ name, shape, offset }: ExternalTensor, location: string): Message {
  const entry = (key: string, value: string) => nested(13, message(nested(1, key), nested(2, value)));
  const bytes = shape.reduce((product, extent) => product * extent, 4);
  return message(
    ...shape.map((extent) => number(1, extent)),
    number(2, ELEMENT_TYPES.f32),
    nested(8, name),
    entry("location", location),
    entry("offset", String(offset)),
    entry("length", String(bytes)),
    number(14, 1),
  );
}

function constant(name: string, values: readonly number[]): Message {
  const raw = new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer);
  return message(number(1, values.length), number(2, ELEMENT_TYPES.i64), nested(8, name), nested(9, raw));
}

function valueInfo({ name, element, shape }: GraphValue): Message {
  const dimension = (extent: number | string) =>
    nested(1, typeof extent === "number" ? number(1, extent) : nested(2, extent));
  const tensor = message(number(1, ELEMENT_TYPES[element]), nested(2, message(...shape.map(dimension))));
  return message(nested(1, name), nested(2, nested(1, tensor)));
}
