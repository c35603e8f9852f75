// RMSNorm, or LayerNorm with `layer`; one workgroup a row. With `gather`, row i of out is the norm of x[row_index[i]].
struct Params {
  width4: u32,
  layer: u32,
  gather: u32,
  has_bias: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read> row_index: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4f>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let width4 = params.width4;
  let used = min(LANES, width4);
  let scale = 1.0 / f32(width4 * 4u);
  var source = group.y;
  if (params.gather == 1u) {
    source = row_index[group.y];
  }
  let begin = source * width4;
  let to = group.y * width4;

  // The first pass finds LayerNorm's mean, the second the variance around it.
  var mean = 0.0;
  var variance = 0.0;
  for (var turn = 1u - params.layer; turn < 2u; turn++) {
    var sums = vec4f();
    for (var i = lane; i < width4; i += LANES) {
      let centred = x[begin + i] - mean;
      sums = fma(centred, select(vec4f(1.0), centred, turn == 1u), sums);
    }
    let average = sum_lanes(lane, used, sum4(sums)) * scale;
    if (turn == 0u) {
      mean = average;
    } else {
      variance = average;
    }
  }
  let inverse = 1.0 / sqrt(variance + params.epsilon);
  for (var i = lane; i < width4; i += LANES) {
    let normal = (x[begin + i] - mean) * inverse;
    if (params.has_bias == 1u) {
      out[to + i] = fma(normal, weight[i], bias[i]);
    } else {
      out[to + i] = normal * weight[i];
    }
  }
}
