// bf16 elements, two to a word: the upper half of an f32, so a shift unpacks them exactly.
alias packed4 = vec2u;

fn unpack4(bits: packed4) -> vec4f {
  return bitcast<vec4f>(vec4u(bits.x << 16, bits.x & 0xffff0000, bits.y << 16, bits.y & 0xffff0000));
}
