// A product's shape for few rows: a lane computes one chunk of four columns and ROWS rows, so that many lanes share the
// reading of a column, which is read once for all the rows. The workgroup walks K in segments of `span` chunks, which it
// adds in order; where K has fewer chunks than lanes, it takes several fours of columns.
alias input = vec4f;

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
  let inputs4 = params.inputs / 4u;

  // Rows and columns past the end repeat the last one; they are not stored.
  var begin: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    begin[r] = min(row0 + r, rows - 1u) * inputs4;
  }
  var starts: array<u32, 4>;
  for (var c = 0u; c < 4u; c++) {
    starts[c] = row_start(first + quad * 4u + c);
  }
  prepare_rows(lane, begin, inputs4);
  for (var segment = 0u; segment < params.chunks; segment += span) {
    let chunk = segment + lane % span;
    if (quad < quads && chunk < params.chunks) {
      var chains = array<f32, TILE>();
      // All of the chunk; the compiler need not know how much that is and unroll it.
      let i_end = min((chunk + 1u) * CHUNK8, params.chunks * CHUNK8);
      for (var i = chunk * CHUNK8; i < i_end; i++) {
        var w: array<array<f32, 8>, 4>;
        for (var c = 0u; c < 4u; c++) {
          w[c] = unpack8(load8(c, starts[c] + i));
        }
        let k4 = min(2u * i, inputs4 - 1u);
        let next4 = min(2u * i + 1u, inputs4 - 1u);
        for (var r = 0u; r < ROWS; r++) {
          let a = input4(r, begin[r], k4);
          let b = input4(r, begin[r], next4);
          for (var c = 0u; c < 4u; c++) {
            var chain = chains[r * 4u + c];
            chain = fma(a.x, w[c][0], chain);
            chain = fma(a.y, w[c][1], chain);
            chain = fma(a.z, w[c][2], chain);
            chain = fma(a.w, w[c][3], chain);
            chain = fma(b.x, w[c][4], chain);
            chain = fma(b.y, w[c][5], chain);
            chain = fma(b.z, w[c][6], chain);
            chains[r * 4u + c] = fma(b.w, w[c][7], chain);
          }
        }
      }
      for (var t = 0u; t < TILE; t++) {
        partials[t * LANES + lane] = chains[t];
      }
    }
    workgroupBarrier();
    let end = min(span, params.chunks - segment);
    for (var task = lane; task < quads * TILE; task += LANES) {
      let t = task % TILE;
      let taken = task / TILE;
      let start = row_start(first + taken * 4u + t % 4u);
      var total = totals[task];
      for (var i = 0u; i < end; i++) {
        total = fma(partials[t * LANES + taken * span + i], chunk_scale(t % 4u, start, segment + i), total);
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
