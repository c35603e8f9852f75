// out = activation(gate) * up, gate and up two products of the same x, for ROWS rows at a time: a lane is one output
// column. The same shape as linear_rows.
struct Params {
  inputs4: u32,
  inner: u32, // columns of out; up's bias begins here
  first: u32, // first column of this slice
  count: u32, // columns of this slice
  gate_base: u32, // row of the binding that holds gate column `first`
  up_base: u32,
  has_bias: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> gate: array<packed4>;
@group(0) @binding(4) var<storage, read> up: array<packed4>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 64u + lane;
  if (column >= params.count) {
    return;
  }
  let row0 = group.y * ROWS;
  let inputs4 = params.inputs4;
  let gates = (params.gate_base + column) * inputs4;
  let ups = (params.up_base + column) * inputs4;

  var begin: array<u32, ROWS>;
  var gate_sums: array<f32, ROWS>;
  var up_sums: array<f32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    // Rows past the end repeat the last one; they are not stored.
    begin[r] = min(row0 + r, step.rows - 1u) * inputs4;
    gate_sums[r] = 0.0;
    up_sums[r] = 0.0;
  }
  for (var chunk = 0u; chunk < inputs4; chunk += CHUNK) {
    // An explicit zero: a bare declaration was seen keeping the last chunk's values on Mesa lavapipe.
    var gate_chains = array<vec4f, ROWS>();
    var up_chains = array<vec4f, ROWS>();
    let end = min(chunk + CHUNK, inputs4);
    for (var i = chunk; i < end; i++) {
      let g = unpack4(gate[gates + i]);
      let u = unpack4(up[ups + i]);
      for (var r = 0u; r < ROWS; r++) {
        let v = x[begin[r] + i];
        gate_chains[r] = fma(v, g, gate_chains[r]);
        up_chains[r] = fma(v, u, up_chains[r]);
      }
    }
    for (var r = 0u; r < ROWS; r++) {
      gate_sums[r] += sum4(gate_chains[r]);
      up_sums[r] += sum4(up_chains[r]);
    }
  }
  // A loop that cannot be unrolled: the end of an element is compiled once, not ROWS times.
  let last = min(ROWS, step.rows - row0);
  for (var r = 0u; r < last; r++) {
    var gate_sum = gate_sums[0];
    var up_sum = up_sums[0];
    for (var other = 1u; other < ROWS; other++) {
      gate_sum = select(gate_sum, gate_sums[other], other == r);
      up_sum = select(up_sum, up_sums[other], other == r);
    }
    finish_gated(row0 + r, params.first + column, gate_sum, up_sum);
  }
}
