// f32 elements.
alias packed8 = array<vec4f, 2>;

fn unpack8(bits: packed8) -> array<f32, 8> {
  let a = bits[0];
  let b = bits[1];
  return array<f32, 8>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}
