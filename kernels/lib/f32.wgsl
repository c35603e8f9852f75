// f32 elements.
alias packed4 = vec4u;
alias packed2 = vec2u;

fn unpack4(bits: packed4) -> vec4f {
  return bitcast<vec4f>(bits);
}

fn pack2(values: vec2f) -> packed2 {
  return bitcast<vec2u>(values);
}

const KV_SCALES = false;

fn kv_scale(bits: packed4) -> f32 {
  return 1.0;
}
