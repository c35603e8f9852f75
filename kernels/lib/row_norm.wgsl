// What a norm makes of the vec4s [begin, begin + width4) of x: RMSNorm keeps a mean of 0. Uses lanes.wgsl; call in uniform
// control flow, with 64 lanes.
struct RowNorm {
  mean: f32,
  inverse: f32,
}

fn row_norm(lane: u32, begin: u32, width4: u32, layer: bool, epsilon: f32) -> RowNorm {
  let used = min(LANES, width4);
  let scale = 1.0 / f32(width4 * 4u);
  // The first pass finds LayerNorm's mean, the second the variance around it.
  var mean = 0.0;
  var variance = 0.0;
  for (var turn = select(1u, 0u, layer); turn < 2u; turn++) {
    var sums = vec4f();
    for (var i = lane; i < width4; i += LANES) {
      let centred = x[begin + i] - mean;
      sums = fma(centred, select(vec4f(1.0), centred, turn == 1u), sums);
    }
    let average = sum_lanes(lane, used, sum4(sums)) * scale;
    if (turn == 0u) {
      mean = average;
    } else {
      variance = average;
    }
  }
  return RowNorm(mean, 1.0 / sqrt(variance + epsilon));
}

fn normal4(values: vec4f, row: RowNorm) -> vec4f {
  return (values - row.mean) * row.inverse;
}
