// A product's shape for few rows: a lane computes one chunk of four columns and ROWS rows, so that many lanes share the
// reading of a column, which is read once for all the rows. The workgroup walks K in segments of `span` chunks, which it
// adds in order; where K has fewer chunks than lanes, it takes several fours of columns.
const TILE = ROWS * 4u;

// [tile, lane]
var<workgroup> partials: array<f32, TILE * LANES>;
// [four of columns, tile]
var<workgroup> totals: array<f32, TILE * LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let span = params.span;
  let quads = LANES / span;
  let quad = lane / span;
  let first = group.x * quads * 4u;
  let row0 = group.y * ROWS;
  let rows = row_count();

  // Rows and columns past the end repeat the last one; they are not stored.
  var begin: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    begin[r] = input_row(min(row0 + r, rows - 1u));
  }
  var starts: array<u32, 4>;
  for (var c = 0u; c < 4u; c++) {
    starts[c] = row_start(first + quad * 4u + c);
  }
  prepare_rows(lane, begin);
  for (var segment = 0u; segment < params.chunks; segment += span) {
    let chunk = segment + lane % span;
    if (quad < quads && chunk < params.chunks) {
      var chains = array<chain, TILE>();
      // All of the chunk; the compiler need not know how much that is and unroll it.
      let i_end = min((chunk + 1u) * CHUNK8, params.chunks * CHUNK8);
      for (var i = chunk * CHUNK8; i < i_end; i++) {
        var w: array<octet, 4>;
        for (var c = 0u; c < 4u; c++) {
          w[c] = octet_of(load8(c, starts[c] + i));
        }
        for (var r = 0u; r < ROWS; r++) {
          let v = input8(r, begin[r], i);
          for (var c = 0u; c < 4u; c++) {
            chains[r * 4u + c] = add8(v, w[c], chains[r * 4u + c]);
          }
        }
      }
      for (var t = 0u; t < TILE; t++) {
        partials[t * LANES + lane] = f32(chains[t]);
      }
    }
    workgroupBarrier();
    let end = min(span, params.chunks - segment);
    for (var task = lane; task < quads * TILE; task += LANES) {
      let t = task % TILE;
      let taken = task / TILE;
      let start = row_start(first + taken * 4u + t % 4u);
      let begun = input_row(min(row0 + t / 4u, rows - 1u));
      var total = totals[task];
      for (var i = 0u; i < end; i++) {
        let scale = input_scale(begun, segment + i) * chunk_scale(t % 4u, start, segment + i);
        total = fma(partials[t * LANES + taken * span + i], scale, total);
      }
      totals[task] = total;
    }
    workgroupBarrier();
  }
  for (var task = lane; task < quads * ROWS; task += LANES) {
    let taken = task / ROWS;
    let r = task % ROWS;
    let t = taken * TILE + r * 4u;
    if (row0 + r < rows && first + taken * 4u < params.count) {
      finish4(row0 + r, first + taken * 4u, vec4f(totals[t], totals[t + 1u], totals[t + 2u], totals[t + 3u]));
    }
  }
}
