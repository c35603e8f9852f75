// The end of a gated linear's output element: biases, activation, product. Uses the kernel's params, bias and out.
fn finish_gated(row: u32, column: u32, gate_sum: f32, up_sum: f32) {
  var g = gate_sum;
  var u = up_sum;
  if (params.has_bias == 1u) {
    g += bias[column];
    u += bias[params.inner + column];
  }
  out[row * params.inner + column] = activate(g) * u;
}
