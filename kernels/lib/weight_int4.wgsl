// Nibbles that count from -8, the lowest of a word first, and behind a row's nibbles an f16 scale for each chunk.
alias packed8 = u32;
const HAS_SCALES = true;
const SCALES = 2u;

fn unpack8(bits: packed8) -> array<f32, 8> {
  let places = vec4u(0u, 4u, 8u, 12u);
  let a = vec4f(vec4i((vec4u(bits) >> places) & vec4u(15u)) - vec4i(8));
  let b = vec4f(vec4i((vec4u(bits >> 16u) >> places) & vec4u(15u)) - vec4i(8));
  return array<f32, 8>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}

fn scale_in(bits: packed8, chunk: u32) -> f32 {
  let pair = unpack2x16float(bits);
  return select(pair.x, pair.y, (chunk & 1u) != 0u);
}
