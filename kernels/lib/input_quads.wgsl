// Rows of x as they are, four elements at a time; input_plain.wgsl or input_normed.wgsl reads them.
alias input = vec4f;

fn input_row(row: u32) -> u32 {
  return row * (params.inputs / 4u);
}

fn input_scale(begin: u32, chunk: u32) -> f32 {
  return 1.0;
}

// Eight elements from 8 i on; past the end of the row they repeat its last ones, whose weights are zeros there.
fn input8(r: u32, begin: u32, i: u32) -> array<f32, 8> {
  let last = params.inputs / 4u - 1u;
  let a = input4(r, begin, min(2u * i, last));
  let b = input4(r, begin, min(2u * i + 1u, last));
  return array<f32, 8>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}
