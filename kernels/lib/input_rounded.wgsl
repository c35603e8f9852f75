// Rows of x rounded to int8 (quantize_rows.wgsl), eight elements at a time. Behind a row's bytes lies an f32 scale for each
// chunk, and a row is a whole number of packed8s, as in a weight.
alias input = vec2u;

fn input_row(row: u32) -> u32 {
  return row * (params.chunks * CHUNK8 + (params.chunks + 1u) / 2u);
}

fn input_scale(begin: u32, chunk: u32) -> f32 {
  let pair = x[begin + params.chunks * CHUNK8 + chunk / 2u];
  return bitcast<f32>(select(pair.x, pair.y, (chunk & 1u) != 0u));
}
