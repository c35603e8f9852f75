// A chunk's sum of products of bytes of x and of a weight, eight at a time: an integer below 2^19, exact in any order.
alias chain = i32;
alias octet = vec2u;

fn octet_of(bits: packed8) -> octet {
  return bits;
}

fn add8(v: octet, w: octet, before: chain) -> chain {
  return before + dot4I8Packed(v.x, w.x) + dot4I8Packed(v.y, w.y);
}
