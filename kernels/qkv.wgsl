// q, k and v of x in one product: q is rotated into its own buffer, k is rotated and v copied into the row's KV slot. The
// product's columns are ordered so that a lane's four are two neighbouring pairs (i, i + half), (i + 1, i + 1 + half):
// what a rotation turns together, and what packed caches hold in a word.
struct Params {
  inputs: u32,
  chunks: u32, // of 32 elements, the last one padded with zeros in W alone
  stride: u32, // packed8s of a row of W
  span: u32, // product_chunks
  count: u32, // columns: (heads + 2 kv_heads) * head_dim
  heads: u32,
  kv_heads: u32,
  head_dim: u32,
  rotate: u32,
  has_bias: u32,
  epsilon: f32, // of the norm of x, where there is one
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<input>;
@group(0) @binding(3) var<storage, read> weight: array<packed8>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> norm_weight: array<vec4f>;
@group(0) @binding(6) var<storage, read> positions: array<u32>;
@group(0) @binding(7) var<storage, read> slots: array<u32>;
@group(0) @binding(8) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(9) var<storage, read_write> q: array<vec2f>;
@group(0) @binding(10) var<storage, read_write> keys: array<packed2>;
@group(0) @binding(11) var<storage, read_write> values: array<packed2>;

fn row_count() -> u32 {
  return step.rows;
}

// The row of W that is column `column` of the product.
fn place(column: u32) -> u32 {
  let head = column / params.head_dim;
  let i = column % params.head_dim;
  if (head >= params.heads + params.kv_heads) {
    return column;
  }
  return head * params.head_dim + i / 2u + (i % 2u) * (params.head_dim / 2u);
}

fn row_start(column: u32) -> u32 {
  return place(min(column, params.count - 1u)) * params.stride;
}

fn load8(column: u32, at: u32) -> packed8 {
  return weight[at];
}

fn finish4(row: u32, column0: u32, sums: vec4f) {
  var quad = sums;
  if (params.has_bias == 1u) {
    for (var c = 0u; c < 4u; c++) {
      quad[c] += bias[place(column0 + c)];
    }
  }
  let head = column0 / params.head_dim;
  let i2 = column0 % params.head_dim / 4u; // the first pair's i, in vec2s
  let dim2 = params.head_dim / 2u;
  let quarter = params.head_dim / 4u;
  if (head >= params.heads + params.kv_heads) {
    let to = (slots[row] * params.kv_heads + head - params.heads - params.kv_heads) * dim2 + 2u * i2;
    values[to] = pack2(quad.xy);
    values[to + 1u] = pack2(quad.zw);
    return;
  }
  var low = quad.xz;
  var high = quad.yw;
  if (params.rotate == 1u) {
    let turn = positions[row] * dim2 + i2;
    let cosine = rotation[turn];
    let sine = rotation[turn + quarter];
    low = fma(quad.xz, cosine, -(quad.yw * sine));
    high = fma(quad.yw, cosine, quad.xz * sine);
  }
  if (head < params.heads) {
    let to = (row * params.heads + head) * dim2 + i2;
    q[to] = low;
    q[to + quarter] = high;
  } else {
    let to = (slots[row] * params.kv_heads + head - params.heads) * dim2 + i2;
    keys[to] = pack2(low);
    keys[to + quarter] = pack2(high);
  }
}
