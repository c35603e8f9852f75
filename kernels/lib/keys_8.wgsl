// K is loaded eight elements at a time: 16 bytes, where a vector is a whole number of these.
alias packed_keys = vec4u;
const KEYS4 = 2u;

fn packed4_of(bits: packed_keys, i: u32) -> packed4 {
  return select(bits.xy, bits.zw, i == 1u);
}
