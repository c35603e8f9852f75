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
  var source = group.y;
  if (params.gather == 1u) {
    source = row_index[group.y];
  }
  let begin = source * width4;
  let to = group.y * width4;
  let row = row_norm(lane, begin, width4, params.layer == 1u, params.epsilon);
  for (var i = lane; i < width4; i += LANES) {
    let normal = normal4(x[begin + i], row);
    if (params.has_bias == 1u) {
      out[to + i] = fma(normal, weight[i], bias[i]);
    } else {
      out[to + i] = normal * weight[i];
    }
  }
}
