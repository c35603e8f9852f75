// A product's shape for many rows: a workgroup of 8 x 8 lanes brings a chunk of 8 * ROWS rows and 32 columns to workgroup
// memory, and a lane computes ROWS rows of four columns.
alias input = vec4f;

const LANES = 64u;
const TILE = ROWS * 4u;
const TILE_ROWS = ROWS * 8u;
const TILE_COLUMNS = 32u;
// A row of a chunk is 8 vec4s; one more keeps the eight lanes that read different columns on different banks.
const STRIDE = 9u;

var<workgroup> rows_of_x: array<vec4f, TILE_ROWS * STRIDE>;
// Column 4 a + b of the tile lies at row 8 b + a.
var<workgroup> columns: array<vec4f, TILE_COLUMNS * STRIDE>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column0 = group.x * TILE_COLUMNS;
  let row0 = group.y * TILE_ROWS;
  let rows = row_count();
  let inputs4 = params.inputs / 4u;
  let across = lane % 8u;
  let down = lane / 8u;

  var starts: array<u32, 4>;
  for (var c = 0u; c < 4u; c++) {
    starts[c] = row_start(column0 + across * 4u + c);
  }
  // Always 8, but not to the compiler: unrolled, the loop takes software adapters minutes to compile.
  let k4_end = min(8u, params.chunks * 8u);
  var sums = array<f32, TILE>();
  for (var chunk = 0u; chunk < params.chunks; chunk++) {
    // Rows and columns past the end repeat the last one; they are not stored.
    for (var r = 0u; r < ROWS; r++) {
      let row = r * 8u + down;
      let k4 = min(chunk * 8u + across, inputs4 - 1u);
      rows_of_x[row * STRIDE + across] = x[min(row0 + row, rows - 1u) * inputs4 + k4];
    }
    for (var half = 0u; half < 2u; half++) {
      let column = half * 16u + lane / 4u;
      let part = lane % 4u;
      let w = unpack8(load8(column, row_start(column0 + column) + chunk * CHUNK8 + part));
      let to = ((column % 4u) * 8u + column / 4u) * STRIDE + part * 2u;
      columns[to] = vec4f(w[0], w[1], w[2], w[3]);
      columns[to + 1u] = vec4f(w[4], w[5], w[6], w[7]);
    }
    workgroupBarrier();
    var chains = array<f32, TILE>();
    for (var k4 = 0u; k4 < k4_end; k4++) {
      var w: array<vec4f, 4>;
      for (var c = 0u; c < 4u; c++) {
        w[c] = columns[(c * 8u + across) * STRIDE + k4];
      }
      for (var r = 0u; r < ROWS; r++) {
        let v = rows_of_x[(down * ROWS + r) * STRIDE + k4];
        for (var c = 0u; c < 4u; c++) {
          var chain = chains[r * 4u + c];
          chain = fma(v.x, w[c].x, chain);
          chain = fma(v.y, w[c].y, chain);
          chain = fma(v.z, w[c].z, chain);
          chains[r * 4u + c] = fma(v.w, w[c].w, chain);
        }
      }
    }
    for (var c = 0u; c < 4u; c++) {
      let scale = chunk_scale(c, starts[c], chunk);
      for (var r = 0u; r < ROWS; r++) {
        sums[r * 4u + c] = fma(chains[r * 4u + c], scale, sums[r * 4u + c]);
      }
    }
    workgroupBarrier();
  }
  let column = column0 + across * 4u;
  if (column < params.count) {
    finish_rows(row0 + down * ROWS, rows, column, sums);
  }
}
