// bf16 elements, two to a word: the upper half of an f32, so a shift unpacks them exactly.
alias packed8 = vec4u;

fn unpack8(bits: packed8) -> array<f32, 8> {
  let low = bitcast<vec4f>(bits << vec4u(16u));
  let high = bitcast<vec4f>(bits & vec4u(0xffff0000u));
  return array<f32, 8>(low.x, high.x, low.y, high.y, low.z, high.z, low.w, high.w);
}
