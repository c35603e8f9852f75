// Splits qkv like rope_write, into an int8 cache: a lane has a whole head, since its largest number is its scale. K and V are
// rounded to multiples of that / 127. A head with a number that is not finite has NaN as its scale.
struct Params {
  heads: u32,
  kv_heads: u32,
  dim4: u32,
  block_size: u32,
  rotate: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read> positions: array<u32>;
@group(0) @binding(4) var<storage, read> slots: array<u32>;
@group(0) @binding(5) var<storage, read> rotation: array<f32>;
@group(0) @binding(6) var<storage, read_write> q: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> keys: array<packed4>;
@group(0) @binding(8) var<storage, read_write> values: array<packed4>;

const NAN = 0x7fc00000u;
const EXPONENT = 0x7f800000u;

struct Head {
  first: u32, // element of qkv
  turn: u32, // element of `rotation`
  rotates: bool,
}

fn element(head: Head, i: u32) -> f32 {
  let x = qkv[head.first + i];
  if (!head.rotates) {
    return x;
  }
  let half = params.dim4 * 2u;
  let pair = i % half;
  let cosine = rotation[head.turn + pair];
  let sine = rotation[head.turn + half + pair];
  if (i < half) {
    return fma(x, cosine, -(qkv[head.first + i + half] * sine));
  }
  return fma(x, cosine, qkv[head.first + pair] * sine);
}

fn element4(head: Head, i: u32) -> vec4f {
  return vec4f(element(head, 4u * i), element(head, 4u * i + 1u), element(head, 4u * i + 2u), element(head, 4u * i + 3u));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let dim4 = params.dim4;
  let all_heads = params.heads + 2u * params.kv_heads;
  if (id.x >= all_heads) {
    return;
  }
  let is_value = id.x >= params.heads + params.kv_heads;
  let rotates = params.rotate == 1u && !is_value;
  let head = Head((row * all_heads + id.x) * dim4 * 4u, positions[row] * dim4 * 4u, rotates);
  if (id.x < params.heads) {
    for (var i = 0u; i < dim4; i++) {
      q[(row * params.heads + id.x) * dim4 + i] = element4(head, i);
    }
    return;
  }

  var largest = 0.0;
  var exponents = 0u;
  for (var i = 0u; i < dim4; i++) {
    let sizes = abs(element4(head, i));
    largest = max(largest, max(max(sizes.x, sizes.y), max(sizes.z, sizes.w)));
    for (var c = 0u; c < 4u; c++) {
      exponents = max(exponents, bitcast<u32>(sizes[c]) & EXPONENT);
    }
  }
  let scale = select(bitcast<u32>(largest / 127.0), NAN, exponents == EXPONENT);
  let inverse = select(0.0, 127.0 / largest, largest > 1e-30); // below, 127 over it is none
  let kv_head = (id.x - params.heads) % params.kv_heads;
  let to = cache_row(slots[row], kv_head);
  let scale_to = scale_place(slots[row], kv_head);
  for (var i = 0u; i < dim4; i++) {
    let steps = vec4u(vec4i(round(clamp(element4(head, i) * inverse, vec4f(-127.0), vec4f(127.0))))) & vec4u(255u);
    let packed = steps.x | (steps.y << 8u) | (steps.z << 16u) | (steps.w << 24u);
    if (is_value) {
      values[to + i] = packed;
    } else {
      keys[to + i] = packed;
    }
  }
  if (is_value) {
    values[scale_to] = scale;
  } else {
    keys[scale_to] = scale;
  }
}
