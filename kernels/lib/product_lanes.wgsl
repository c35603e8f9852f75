// A product's shape for CPU adapters: a lane computes four columns of ROWS rows. There lanes are SIMD lanes and a load is
// a gather, whatever its address; so the lanes of a subgroup load eight elements of a row together and broadcast them (eight_in_*.wgsl).
const LANES = 16u;
const TILE = ROWS * 4u;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let column0 = (group.x * LANES + lane) * 4u;
  let row0 = group.y * ROWS;
  let rows = row_count();

  // Rows and columns past the end repeat the last one; they are not stored. No lane leaves early: all are needed to load.
  var begin: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    begin[r] = input_row(min(row0 + r, rows - 1u));
  }
  var starts: array<u32, 4>;
  for (var c = 0u; c < 4u; c++) {
    starts[c] = row_start(column0 + c);
  }
  var sums = array<f32, TILE>();
  for (var chunk = 0u; chunk < params.chunks; chunk++) {
    // An explicit zero: a bare declaration was seen keeping the last chunk's values on Mesa lavapipe.
    var chains = array<f32, TILE>();
    let i_end = min((chunk + 1u) * CHUNK8, params.chunks * CHUNK8);
    for (var i = chunk * CHUNK8; i < i_end; i++) {
      var w: array<octet, 4>;
      for (var c = 0u; c < 4u; c++) {
        w[c] = octet_of(load8(c, starts[c] + i));
      }
      for (var r = 0u; r < ROWS; r++) {
        let v = eight(begin[r], i * 8u, place);
        for (var c = 0u; c < 4u; c++) {
          chains[r * 4u + c] = add8(v, w[c], chains[r * 4u + c]);
        }
      }
    }
    let scales = input_scales(begin, chunk, place);
    for (var c = 0u; c < 4u; c++) {
      let scale = chunk_scale(c, starts[c], chunk);
      for (var r = 0u; r < ROWS; r++) {
        sums[r * 4u + c] = fma(chains[r * 4u + c], scales[r] * scale, sums[r * 4u + c]);
      }
    }
  }
  if (column0 < params.count) {
    finish_rows(row0, rows, column0, sums);
  }
}
