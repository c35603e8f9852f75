// out = f(x Wᵀ + b) for tiles of ROWS rows and COLUMNS columns: a lane is one tile and walks all of K, so a weight is
// read once for ROWS rows and an element of x once for COLUMNS columns.
struct Params {
  inputs4: u32,
  outputs: u32, // columns of out
  first: u32, // first column of this slice of W
  count: u32, // columns of this slice
  base: u32, // row of the binding that holds column `first`
  samples: u32, // 1: rows are the step's samples
  has_bias: u32,
  add: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<packed4>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;

const TILE = ROWS * COLUMNS;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column0 = (group.x * LANES + lane) * COLUMNS;
  if (column0 >= params.count) {
    return;
  }
  let rows = select(step.rows, step.samples, params.samples == 1u);
  let row0 = group.y * ROWS;
  let inputs4 = params.inputs4;

  // Rows and columns past the end repeat the last one; they are not stored.
  var begin: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    begin[r] = min(row0 + r, rows - 1u) * inputs4;
  }
  var weights: array<u32, COLUMNS>;
  for (var c = 0u; c < COLUMNS; c++) {
    weights[c] = (params.base + min(column0 + c, params.count - 1u)) * inputs4;
  }
  var sums = array<f32, TILE>();
  for (var chunk = 0u; chunk < inputs4; chunk += CHUNK) {
    // An explicit zero: a bare declaration was seen keeping the last chunk's values on Mesa lavapipe.
    var chains = array<vec4f, TILE>();
    let end = min(chunk + CHUNK, inputs4);
    for (var i = chunk; i < end; i++) {
      var w: array<vec4f, COLUMNS>;
      for (var c = 0u; c < COLUMNS; c++) {
        w[c] = unpack4(weight[weights[c] + i]);
      }
      for (var r = 0u; r < ROWS; r++) {
        let v = x[begin[r] + i];
        for (var c = 0u; c < COLUMNS; c++) {
          chains[r * COLUMNS + c] = fma(v, w[c], chains[r * COLUMNS + c]);
        }
      }
    }
    for (var t = 0u; t < TILE; t++) {
      sums[t] += sum4(chains[t]);
    }
  }
  // Loops that cannot be unrolled: the end of an element is compiled once, not TILE times.
  let row_end = min(ROWS, rows - row0);
  let column_end = min(COLUMNS, params.count - column0);
  for (var r = 0u; r < row_end; r++) {
    for (var c = 0u; c < column_end; c++) {
      let t = r * COLUMNS + c;
      var sum = sums[0];
      for (var other = 1u; other < TILE; other++) {
        sum = select(sum, sums[other], other == t);
      }
      finish(row0 + r, params.first + column0 + c, sum);
    }
  }
}
