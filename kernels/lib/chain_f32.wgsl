// A chunk's chain of fma over elements of x and of a weight, eight at a time.
alias chain = f32;
alias octet = array<f32, 8>;

fn octet_of(bits: packed8) -> octet {
  return unpack8(bits);
}

fn add8(v: octet, w: octet, before: chain) -> chain {
  var sum = fma(v[0], w[0], before);
  sum = fma(v[1], w[1], sum);
  sum = fma(v[2], w[2], sum);
  sum = fma(v[3], w[3], sum);
  sum = fma(v[4], w[4], sum);
  sum = fma(v[5], w[5], sum);
  sum = fma(v[6], w[6], sum);
  return fma(v[7], w[7], sum);
}
