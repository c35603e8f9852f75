// Rows of x as they are, element by element.
alias input = f32;

fn input_row(row: u32) -> u32 {
  return row * params.inputs;
}

fn input_scale(begin: u32, chunk: u32) -> f32 {
  return 1.0;
}
