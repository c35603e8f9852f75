// The scale of a chunk of a column whose row of W begins at `start`: a row's scales follow its elements.
fn chunk_scale(column: u32, start: u32, chunk: u32) -> f32 {
  if (!HAS_SCALES) {
    return 1.0;
  }
  return scale_in(load8(column, start + params.chunks * CHUNK8 + chunk / SCALES), chunk);
}
