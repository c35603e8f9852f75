// A u32 that orders as the f32 with these bits does. -0 equals 0; -inf is the least; NaN and +inf become NOT_FINITE.
const NOT_FINITE = 0xffffffffu;
const LEAST = 0x007fffffu; // -inf

fn order_key(bits: u32) -> u32 {
  if (bits == 0xff800000u) {
    return LEAST;
  }
  if ((bits & 0x7fffffffu) >= 0x7f800000u) {
    return NOT_FINITE;
  }
  if (bits < 0x80000000u) {
    return bits | 0x80000000u;
  }
  return select(~bits, 0x80000000u, bits == 0x80000000u);
}
