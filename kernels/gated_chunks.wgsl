// out = activation(gate) * up for one row a workgroup: a lane is one chunk of one column. The same shape as
// linear_chunks.
struct Params {
  inputs4: u32,
  inner: u32, // columns of out; up's bias begins here
  first: u32, // first column of this slice
  count: u32, // columns of this slice
  gate_base: u32, // row of the binding that holds gate column `first`
  up_base: u32,
  has_bias: u32,
  tile: u32, // columns a workgroup computes; tile * chunks <= SUMS
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> gate: array<packed4>;
@group(0) @binding(4) var<storage, read> up: array<packed4>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;

const SUMS = 1024u;
var<workgroup> gate_sums: array<f32, SUMS>;
var<workgroup> up_sums: array<f32, SUMS>;

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
    let column = column0 + task / chunks;
    let gates = (params.gate_base + column) * inputs4;
    let ups = (params.up_base + column) * inputs4;
    var gate_chains = vec4f();
    var up_chains = vec4f();
    for (var i = begin; i < end; i++) {
      let v = x[row * inputs4 + i];
      gate_chains = fma(v, unpack4(gate[gates + i]), gate_chains);
      up_chains = fma(v, unpack4(up[ups + i]), up_chains);
    }
    gate_sums[task] = sum4(gate_chains);
    up_sums[task] = sum4(up_chains);
  }
  workgroupBarrier();
  for (var column = lane; column < columns; column += 64u) {
    var g = 0.0;
    var u = 0.0;
    for (var chunk = 0u; chunk < chunks; chunk++) {
      g += gate_sums[column * chunks + chunk];
      u += up_sums[column * chunks + chunk];
    }
    finish_gated(row, params.first + column0 + column, g, u);
  }
}
