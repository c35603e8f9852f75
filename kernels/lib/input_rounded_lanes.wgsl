// Rows of x rounded to int8 (quantize_rows.wgsl), each element an f32: a CPU has no products of packed bytes, and the sums of
// integers within a chunk are as exact in f32. Behind a row's elements lies a scale for each chunk.
alias input = f32;

fn input_row(row: u32) -> u32 {
  return row * params.chunks * 33u;
}

fn input_scale(begin: u32, chunk: u32) -> f32 {
  return x[begin + params.chunks * 32u + chunk];
}
