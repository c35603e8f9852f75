import { describe, expect, test } from "bun:test";
import { assemble, defineKernel, packParams } from "../../kernels/define.ts";

const kernel = defineKernel({
  name: "example",
  source: "// the kernel",
  libs: ["// a lib"],
  constants: ["ROWS"],
  params: { width: "u32", epsilon: "f32", flag: "u32", a: "u32", b: "u32" },
  buffers: { weight: "read array<packed4>" },
});

describe("assemble", () => {
  test("puts constants, element type and libs before the kernel", () => {
    const code = assemble(kernel, { packed: "f16", constants: { ROWS: 4 } });
    const order = ["const ROWS = 4u;", "// f16 elements", "struct Step", "// a lib", "// the kernel"];
    const places = order.map((text) => code.indexOf(text));
    expect(places[0]).toBe(0);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("gives a product its shape and its weight's elements, extensions first", () => {
    const product = defineKernel({
      name: "product",
      source: "// the kernel",
      libs: [],
      product: true,
      params: {},
      buffers: { weight: "read array<packed8>" },
    });
    const shape = { kind: "lanes8", rows: 2 } as const;
    const code = assemble(product, { product: { shape, weight: "f16", input: "plain" } });
    const order = [
      "enable subgroups;",
      "const ROWS = 2u;",
      "const CHUNK8",
      "alias packed8",
      "alias input",
      "// the kernel",
    ];
    const places = order.map((text) => code.indexOf(text));
    expect(places[0]).toBe(0);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(() => assemble(product, {})).toThrow("product: received shape undefined");
    const needless = {
      packed: "f16",
      constants: { ROWS: 1 },
      product: { shape, weight: "f16", input: "plain" },
    } as const;
    expect(() => assemble(kernel, needless)).toThrow("product: received shape lanes8");
    expect(() => assemble(product, { product: { shape, weight: "f16", input: "normed" } })).toThrow(
      "shape lanes8 takes no normed input",
    );
    const tile = { kind: "tile", rows: 4 } as const;
    const rounded = assemble(product, { product: { shape: tile, weight: "int8", input: "rounded" } });
    expect(rounded).toStartWith("requires packed_4x8_integer_dot_product;\nconst ROWS = 4u;");
    expect(() => assemble(product, { product: { shape: tile, weight: "int4", input: "rounded" } })).toThrow(
      "rounded input takes a weight of int8: received int4",
    );
  });

  test("refuses a missing constant and a missing or needless element type", () => {
    expect(() => assemble(kernel, { packed: "f16" })).toThrow("the constant ROWS is not given");
    expect(() => assemble(kernel, { constants: { ROWS: 1 } })).toThrow("received element type undefined");
    const plain = defineKernel({ name: "plain", source: "", libs: [], params: {}, buffers: {} });
    expect(() => assemble(plain, { packed: "f16" })).toThrow("received element type f16");
  });
});

test("packParams lays fields out in order, little-endian, padded to 16 bytes", () => {
  const view = new DataView(packParams(kernel, { width: 7, epsilon: 0.5, flag: 1, a: 2 ** 32 - 1, b: 9 }));
  expect(view.byteLength).toBe(32);
  expect(view.getUint32(0, true)).toBe(7);
  expect(view.getFloat32(4, true)).toBe(0.5);
  expect(view.getUint32(12, true)).toBe(2 ** 32 - 1);
  expect(view.getUint32(16, true)).toBe(9);
});
