// Rows of x as they are, element by element.
alias input = f32;

fn input_row(row: u32) -> u32 {
  return row * params.inputs;
}

fn input_scales(begin: array<u32, ROWS>, chunk: u32, place: u32) -> array<f32, 4> {
  return array<f32, 4>(1.0, 1.0, 1.0, 1.0);
}
