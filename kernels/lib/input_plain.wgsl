// A product of the rows of x as they are.
fn prepare_rows(lane: u32, begin: array<u32, ROWS>) {}

fn input4(r: u32, begin: u32, k4: u32) -> vec4f {
  return x[begin + k4];
}
