// out = f(x Wᵀ + b) for one row a workgroup: a lane is one chunk of one column, and one lane adds a column's chunks in
// order. Many lanes share a column, which hides memory latency when there are few rows.
struct Params {
  inputs4: u32,
  outputs: u32, // columns of out
  first: u32, // first column of this slice of W
  count: u32, // columns of this slice
  base: u32, // row of the binding that holds column `first`
  has_bias: u32,
  add: u32,
  tile: u32, // columns a workgroup computes; tile * chunks <= SUMS
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<packed4>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;

const SUMS = 2048u;
var<workgroup> sums: array<f32, SUMS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  let inputs4 = params.inputs4;
  let chunks = (inputs4 + CHUNK - 1u) / CHUNK;
  let column0 = group.x * params.tile;
  let columns = min(params.tile, params.count - column0);
  for (var task = lane; task < columns * chunks; task += 64u) {
    let begin = (task % chunks) * CHUNK;
    let end = min(begin + CHUNK, inputs4);
    let weights = (params.base + column0 + task / chunks) * inputs4;
    var chains = vec4f();
    for (var i = begin; i < end; i++) {
      chains = fma(x[row * inputs4 + i], unpack4(weight[weights + i]), chains);
    }
    sums[task] = sum4(chains);
  }
  workgroupBarrier();
  for (var column = lane; column < columns; column += 64u) {
    var sum = 0.0;
    for (var chunk = 0u; chunk < chunks; chunk++) {
      sum += sums[column * chunks + chunk];
    }
    finish(row, params.first + column0 + column, sum);
  }
}
