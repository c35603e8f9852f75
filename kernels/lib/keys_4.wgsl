// K is loaded four elements at a time.
alias packed_keys = packed4;
const KEYS4 = 1u;

fn packed4_of(bits: packed_keys, i: u32) -> packed4 {
  return bits;
}
