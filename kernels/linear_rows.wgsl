// out = f(x Wᵀ + b) for ROWS rows at a time: a lane is one output column and walks all of K, so a weight is read once
// for ROWS rows and x at an address that is the same for all lanes.
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

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 64u + lane;
  if (column >= params.count) {
    return;
  }
  let rows = select(step.rows, step.samples, params.samples == 1u);
  let row0 = group.y * ROWS;
  let inputs4 = params.inputs4;
  let weights = (params.base + column) * inputs4;

  var begin: array<u32, ROWS>;
  var sums: array<f32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    // Rows past the end repeat the last one; they are not stored.
    begin[r] = min(row0 + r, rows - 1u) * inputs4;
    sums[r] = 0.0;
  }
  for (var chunk = 0u; chunk < inputs4; chunk += CHUNK) {
    // An explicit zero: a bare declaration was seen keeping the last chunk's values on Mesa lavapipe.
    var chains = array<vec4f, ROWS>();
    let end = min(chunk + CHUNK, inputs4);
    for (var i = chunk; i < end; i++) {
      let w = unpack4(weight[weights + i]);
      for (var r = 0u; r < ROWS; r++) {
        chains[r] = fma(x[begin[r] + i], w, chains[r]);
      }
    }
    for (var r = 0u; r < ROWS; r++) {
      sums[r] += sum4(chains[r]);
    }
  }
  // A loop that cannot be unrolled: the end of an element is compiled once, not ROWS times.
  let last = min(ROWS, rows - row0);
  for (var r = 0u; r < last; r++) {
    var sum = sums[0];
    for (var other = 1u; other < ROWS; other++) {
      sum = select(sum, sums[other], other == r);
    }
    finish(row0 + r, params.first + column, sum);
  }
}
