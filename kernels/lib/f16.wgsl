// f16 elements, two to a word.
alias packed4 = vec2u;
alias packed2 = u32;

fn unpack4(bits: packed4) -> vec4f {
  return vec4f(unpack2x16float(bits.x), unpack2x16float(bits.y));
}

fn pack2(values: vec2f) -> packed2 {
  return pack2x16float(values);
}

const KV_SCALES = false;

fn kv_scale(bits: packed4) -> f32 {
  return 1.0;
}
