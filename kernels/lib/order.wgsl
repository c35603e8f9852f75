// A u32 that orders as the f32 with these bits does. -0 equals 0; -inf is the least; NaN and +inf become NOT_FINITE.
const NOT_FINITE = 0xffffffffu;
const LEAST = 0x007fffffu; // -inf

fn order_keys(bits: vec4u) -> vec4u {
  let ordered = select(~bits, bits | vec4u(0x80000000u), bits <= vec4u(0x80000000u));
  let finite = (bits & vec4u(0x7fffffffu)) < vec4u(0x7f800000u);
  return select(vec4u(NOT_FINITE), ordered, finite | (bits == vec4u(0xff800000u)));
}

fn order_key(bits: u32) -> u32 {
  let ordered = select(~bits, bits | 0x80000000u, bits <= 0x80000000u);
  let finite = (bits & 0x7fffffffu) < 0x7f800000u;
  return select(NOT_FINITE, ordered, finite || bits == 0xff800000u);
}

// Bits whose key it is, of a key of a number that is not NaN or +inf.
fn bits_of_key(key: u32) -> u32 {
  return select(~key, key ^ 0x80000000u, key >= 0x80000000u);
}

// The same order as signed integers, which are cheaper to find: +inf and NaN come last; but NaN with a sign comes first, and its
// bits are greater than those of all other numbers.
const LEAST_SIGNED = 0x80800000u; // -inf

fn signed_keys(bits: vec4u) -> vec4i {
  return bitcast<vec4i>(select(bits, vec4u(0x80000000u) - bits, bits > vec4u(0x7fffffffu)));
}
