// int8 elements, four to a word, the lowest byte first. A vector's scale is an f32 of its own.
alias packed4 = u32;
const KV_SCALES = true;

fn unpack4(bits: packed4) -> vec4f {
  return vec4f(vec4i(vec4u(bits) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

fn kv_scale(bits: packed4) -> f32 {
  return bitcast<f32>(bits);
}
