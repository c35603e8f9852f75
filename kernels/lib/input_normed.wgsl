// A product of the rows of x after an RMSNorm, whose sums every workgroup makes again: cheaper than a dispatch of their own
// where rows are few.
var<private> row_norms: array<RowNorm, ROWS>;

fn prepare_rows(lane: u32, begin: array<u32, ROWS>) {
  for (var r = 0u; r < ROWS; r++) {
    row_norms[r] = row_norm(lane, begin[r], params.inputs / 4u, false, params.epsilon);
  }
}

fn input4(r: u32, begin: u32, k4: u32) -> vec4f {
  return normal4(x[begin + k4], row_norms[r]) * norm_weight[k4];
}
