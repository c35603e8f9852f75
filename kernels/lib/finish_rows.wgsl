// Finishes a lane's tile of up to ROWS rows and four columns. The loop cannot be unrolled, so that the end of a row is
// compiled once, not ROWS times.
fn finish_rows(row0: u32, rows: u32, column0: u32, sums: array<f32, ROWS * 4u>) {
  let end = min(row0 + ROWS, rows);
  for (var row = row0; row < end; row++) {
    var quad = vec4f();
    for (var r = 0u; r < ROWS; r++) {
      let t = r * 4u;
      quad = select(quad, vec4f(sums[t], sums[t + 1u], sums[t + 2u], sums[t + 3u]), row == row0 + r);
    }
    finish4(row, column0, quad);
  }
}
