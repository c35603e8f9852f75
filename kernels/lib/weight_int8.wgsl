// Signed bytes, the lowest of a word first, and behind a row's bytes an f16 scale for each chunk.
alias packed8 = vec2u;
const HAS_SCALES = true;
const SCALES = 4u;

fn bytes4(bits: u32) -> vec4f {
  return vec4f(vec4i(vec4u(bits) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

fn unpack8(bits: packed8) -> array<f32, 8> {
  let a = bytes4(bits.x);
  let b = bytes4(bits.y);
  return array<f32, 8>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}

fn scale_in(bits: packed8, chunk: u32) -> f32 {
  let pair = unpack2x16float(select(bits.x, bits.y, (chunk & 2u) != 0u));
  return select(pair.x, pair.y, (chunk & 1u) != 0u);
}
