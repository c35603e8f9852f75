import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { defineKernel } from "../../kernels/define.ts";
import { checkAll, checkKernel } from "../../tools/check_kernels.ts";

const source = `
struct Params { width: u32, epsilon: f32, }
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
fn main() { ROWS; }`;

/** The differences found once `before` is `after` in the shader. */
function broken(before: string, after: string): string[] {
  expect(source).toContain(before);
  return checkKernel(
    defineKernel({
      name: "example",
      source: source.replace(before, after),
      libs: [],
      constants: ["ROWS"],
      params: { width: "u32", epsilon: "f32" },
      buffers: { x: "read array<vec4f>", out: "read_write array<f32>" },
    }),
  );
}

describe("checkKernel", () => {
  test("finds nothing in a shader that fits its data", () => {
    expect(broken("x", "x")).toEqual([]);
  });

  const breaks: readonly (readonly [before: string, after: string, sentence: string])[] = [
    ["read> x", "read_write> x", 'binding 2 is "storage, read_write x: array<vec4f>" in the shader'],
    ["array<vec4f>", "array<vec2f>", 'binding 2 is "storage, read x: array<vec2f>"'],
    ["@binding(3)", "@binding(2)", "binding 2 is declared twice"],
    ["out: array", "output: array", 'and "storage, read_write out: array<f32>" in the data'],
    ["width: u32, epsilon: f32", "epsilon: f32, width: u32", 'Params are "epsilon: f32, width: u32" in the shader'],
    ["epsilon: f32", "epsilon: u32", 'and "width: u32, epsilon: f32" in the data'],
    ["@group(0) @binding(2)", "@group(1) @binding(2)", "x lies in group 1"],
    ["ROWS", "COLS", "does not use the constant ROWS"],
  ];
  test.each(breaks)("finds %p made %p", (before, after, sentence) => {
    expect(broken(before, after).join("\n")).toContain(sentence);
  });
});

test("every kernel of the repository fits its data", async () => {
  expect(await checkAll(join(import.meta.dir, "../.."))).toEqual([]);
});
