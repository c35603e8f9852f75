// f16 elements, two to a word.
alias packed8 = vec4u;

fn unpack8(bits: packed8) -> array<f32, 8> {
  let a = unpack2x16float(bits.x);
  let b = unpack2x16float(bits.y);
  let c = unpack2x16float(bits.z);
  let d = unpack2x16float(bits.w);
  return array<f32, 8>(a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y);
}
