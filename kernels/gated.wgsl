// out = activation(gate) * up, gate and up two products of the same x. The product's columns are theirs by turns: column
// 2 i is gate's i, column 2 i + 1 up's.
struct Params {
  inputs: u32,
  chunks: u32, // of 32 elements, the last one padded with zeros in W alone
  stride: u32, // packed8s of a row of W
  span: u32, // product_chunks
  first: u32, // first column of out in this slice
  count: u32, // columns of the product: two for each of out
  gate_base: u32, // row of the binding that holds gate column `first`
  up_base: u32,
  inner: u32, // columns of out; up's bias begins here
  has_bias: u32,
  epsilon: f32, // of the norm of x, where there is one
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<input>;
@group(0) @binding(3) var<storage, read> gate: array<packed8>;
@group(0) @binding(4) var<storage, read> up: array<packed8>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read> norm_weight: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> out: array<f32>;

fn row_count() -> u32 {
  return step.rows;
}

fn row_start(column: u32) -> u32 {
  let clamped = min(column, params.count - 1u);
  return (select(params.gate_base, params.up_base, clamped % 2u == 1u) + clamped / 2u) * params.stride;
}

fn load8(column: u32, at: u32) -> packed8 {
  if (column % 2u == 0u) {
    return gate[at];
  }
  return up[at];
}

fn finish4(row: u32, column0: u32, sums: vec4f) {
  let end = min(4u, params.count - column0);
  for (var c = 0u; c < end; c += 2u) {
    let column = params.first + (column0 + c) / 2u;
    var g = sums[c];
    var u = sums[c + 1u];
    if (params.has_bias == 1u) {
      g += bias[column];
      u += bias[params.inner + column];
    }
    out[row * params.inner + column] = activate(g) * u;
  }
}
