// The end of a linear's output element: bias, activation, then store or add. Uses the kernel's params, bias and out.
fn finish(row: u32, column: u32, sum: f32) {
  var value = sum;
  if (params.has_bias == 1u) {
    value += bias[column];
  }
  value = activate(value);
  let at = row * params.outputs + column;
  if (params.add == 1u) {
    out[at] += value;
  } else {
    out[at] = value;
  }
}
