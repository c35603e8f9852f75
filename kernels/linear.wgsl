// out = f(x Wᵀ + b), stored or added to out. The product itself is one of lib/product_*.wgsl.
struct Params {
  inputs: u32,
  chunks: u32, // of 32 elements, the last one padded with zeros in W alone
  stride: u32, // packed8s of a row of W
  span: u32, // product_chunks
  first: u32, // first column of this slice of W
  count: u32, // columns of this slice
  base: u32, // row of the binding that holds column `first`
  outputs: u32, // columns of out
  samples: u32, // 1: rows are the step's samples
  has_bias: u32,
  epsilon: f32, // of the norm of x, where there is one
  add: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<input>;
@group(0) @binding(3) var<storage, read> weight: array<packed8>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> norm_weight: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;

fn row_count() -> u32 {
  return select(step.rows, step.samples, params.samples == 1u);
}

fn row_start(column: u32) -> u32 {
  return (params.base + min(column, params.count - 1u)) * params.stride;
}

fn load8(column: u32, at: u32) -> packed8 {
  return weight[at];
}

fn finish4(row: u32, column0: u32, sums: vec4f) {
  let end = min(4u, params.count - column0);
  for (var c = 0u; c < end; c++) {
    let column = params.first + column0 + c;
    var value = sums[c];
    if (params.has_bias == 1u) {
      value += bias[column];
    }
    value = activate(value);
    let at = row * params.outputs + column;
    if (params.add == 1u) {
      out[at] += value;
    } else {
      out[at] = value;
    }
  }
}
