// What the chunks shape asks of rows rounded to int8.
fn prepare_rows(lane: u32, begin: array<u32, ROWS>) {}

fn input8(r: u32, begin: u32, i: u32) -> vec2u {
  return x[begin + i];
}
