// out = activation(gate) * up, gate and up two products of the same x, for tiles of ROWS rows and COLUMNS columns, a lane
// each. The same shape as linear_rows.
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

const TILE = ROWS * COLUMNS;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column0 = (group.x * LANES + lane) * COLUMNS;
  if (column0 >= params.count) {
    return;
  }
  let row0 = group.y * ROWS;
  let inputs4 = params.inputs4;

  // Rows and columns past the end repeat the last one; they are not stored.
  var begin: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    begin[r] = min(row0 + r, step.rows - 1u) * inputs4;
  }
  var gates: array<u32, COLUMNS>;
  var ups: array<u32, COLUMNS>;
  for (var c = 0u; c < COLUMNS; c++) {
    let column = min(column0 + c, params.count - 1u);
    gates[c] = (params.gate_base + column) * inputs4;
    ups[c] = (params.up_base + column) * inputs4;
  }
  var gate_sums = array<f32, TILE>();
  var up_sums = array<f32, TILE>();
  for (var chunk = 0u; chunk < inputs4; chunk += CHUNK) {
    // An explicit zero: a bare declaration was seen keeping the last chunk's values on Mesa lavapipe.
    var gate_chains = array<vec4f, TILE>();
    var up_chains = array<vec4f, TILE>();
    let end = min(chunk + CHUNK, inputs4);
    for (var i = chunk; i < end; i++) {
      var g: array<vec4f, COLUMNS>;
      var u: array<vec4f, COLUMNS>;
      for (var c = 0u; c < COLUMNS; c++) {
        g[c] = unpack4(gate[gates[c] + i]);
        u[c] = unpack4(up[ups[c] + i]);
      }
      for (var r = 0u; r < ROWS; r++) {
        let v = x[begin[r] + i];
        for (var c = 0u; c < COLUMNS; c++) {
          let t = r * COLUMNS + c;
          gate_chains[t] = fma(v, g[c], gate_chains[t]);
          up_chains[t] = fma(v, u[c], up_chains[t]);
        }
      }
    }
    for (var t = 0u; t < TILE; t++) {
      gate_sums[t] += sum4(gate_chains[t]);
      up_sums[t] += sum4(up_chains[t]);
    }
  }
  // Loops that cannot be unrolled: the end of an element is compiled once, not TILE times.
  let row_end = min(ROWS, step.rows - row0);
  let column_end = min(COLUMNS, params.count - column0);
  for (var r = 0u; r < row_end; r++) {
    for (var c = 0u; c < column_end; c++) {
      let t = r * COLUMNS + c;
      var gate_sum = gate_sums[0];
      var up_sum = up_sums[0];
      for (var other = 1u; other < TILE; other++) {
        gate_sum = select(gate_sum, gate_sums[other], other == t);
        up_sum = select(up_sum, up_sums[other], other == t);
      }
      finish_gated(row0 + r, params.first + column0 + c, gate_sum, up_sum);
    }
  }
}
