// Rows of x rounded to int8 (quantize_rows.wgsl), each element an f32: a CPU has no products of packed bytes, and the sums of
// integers within a chunk are as exact in f32. Behind a row's elements lies a scale for each chunk.
alias input = f32;

fn input_row(row: u32) -> u32 {
  return row * params.chunks * 33u;
}

// A lane loads the scale of one row, of up to four, and all get all of them.
fn input_scales(begin: array<u32, ROWS>, chunk: u32, place: u32) -> array<f32, 4> {
  var own = begin[0];
  for (var r = 1u; r < ROWS; r++) {
    own = select(own, begin[r], place % 4u == r);
  }
  let scale = x[own + params.chunks * 32u + chunk];
  return array<f32, 4>(
    subgroupBroadcast(scale, 0u),
    subgroupBroadcast(scale, 1u),
    subgroupBroadcast(scale, 2u),
    subgroupBroadcast(scale, 3u),
  );
}
