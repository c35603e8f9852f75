// A row of words read four at a time, since a load costs little more for four words than for one. Where rows begin inside of
// a vec4, the first and the last quad hold words of the neighbours.
struct Quads {
  begin: u32, // the first vec4
  skew: u32, // words of it before the row
  count: u32,
}

fn quads_of(first: u32, length: u32) -> Quads {
  return Quads(first / 4u, first % 4u, (first % 4u + length + 3u) / 4u);
}

// Places in the row of the words of its i-th quad; of words before the row, beyond any length.
fn places_of(quads: Quads, i: u32) -> vec4u {
  return i * 4u - quads.skew + vec4u(0u, 1u, 2u, 3u);
}
