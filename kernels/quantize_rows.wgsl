// Rows of x, or with NORMED the norm of x, rounded to int8; a workgroup has a row or a part of it, a lane a chunk of 32
// elements at a time. A chunk's scale is its largest magnitude / 127, and the elements become the nearest multiples of that,
// ties to even. A row is its elements, the last ones repeated to the end of a chunk, where all weights are zeros, then an f32
// scale for each chunk. Elements are bytes, and rows filled up to 8 of them, or f32 where PACKED is 0.
struct Params {
  width4: u32,
  chunks: u32,
  stride: u32, // words of a row of out
  layer: u32, // of the norm, as are the next two
  has_bias: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> out: array<u32>;

const INFINITY = 0x7f800000u;
const NAN = 0x7fc00000u;
// 2^-90: a chunk of smaller numbers is taken for zeros, so that no product of scales leaves the normal numbers.
const LEAST = 0x12800000u;

// Each step of a division may round as the device likes, those of fma may not: four of Newton's from a guess of three bits
// give every device the same inverse.
fn inverse_of(scale: f32) -> f32 {
  var inverse = bitcast<f32>(0x7ef311c7u - bitcast<u32>(scale));
  for (var i = 0u; i < 4u; i++) {
    inverse = fma(inverse, fma(-scale, inverse, 1.0), inverse);
  }
  return inverse;
}

fn element4(begin: u32, k4: u32, row: RowNorm) -> vec4f {
  let values = x[begin + k4];
  if (NORMED == 0u) {
    return values;
  }
  let normal = normal4(values, row);
  if (params.has_bias == 1u) {
    return fma(normal, weight[k4], bias[k4]);
  }
  return normal * weight[k4];
}

fn quantize(chunk: u32, begin: u32, to: u32, row: RowNorm) {
  var values: array<vec4f, 8>;
  var sizes = vec4u();
  for (var i = 0u; i < 8u; i++) {
    values[i] = element4(begin, min(chunk * 8u + i, params.width4 - 1u), row);
    // Magnitudes are ordered as their bits are, and NaN is above all numbers.
    sizes = max(sizes, bitcast<vec4u>(values[i]) & vec4u(0x7fffffffu));
  }
  let largest = max(max(sizes.x, sizes.y), max(sizes.z, sizes.w));

  // A chunk with a number that is not finite has NaN as its scale, and zeros.
  var scale = select(0u, NAN, largest >= INFINITY);
  var inverse = 0.0;
  if (largest >= LEAST && largest < INFINITY) {
    let nearest = bitcast<f32>(largest) * (1.0 / 127.0);
    scale = bitcast<u32>(nearest);
    inverse = inverse_of(nearest);
  }
  for (var i = 0u; i < 8u; i++) {
    let steps = select(vec4f(), round(values[i] * inverse), inverse > 0.0);
    if (PACKED == 1u) {
      let bytes = vec4u(vec4i(steps)) & vec4u(255u);
      out[to + chunk * 8u + i] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
    } else {
      for (var c = 0u; c < 4u; c++) {
        out[to + chunk * 32u + 4u * i + c] = bitcast<u32>(steps[c]);
      }
    }
  }
  out[to + params.chunks * select(32u, 8u, PACKED == 1u) + chunk] = scale;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let begin = group.y * params.width4;
  var row: RowNorm;
  if (NORMED == 1u) {
    row = row_norm(lane, begin, params.width4, params.layer == 1u, params.epsilon);
  }
  for (var chunk = group.x * LANES + lane; chunk < params.chunks; chunk += groups.x * LANES) {
    quantize(chunk, begin, group.y * params.stride, row);
  }
}
