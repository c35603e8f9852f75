// The tile shape for rows rounded to int8: a workgroup of 8 x 8 lanes brings DEPTH chunks of 8 * ROWS rows and 32 columns
// to workgroup memory, with their scales, and a lane computes ROWS rows of four columns.
const LANES = 64u;
const TILE = ROWS * 4u;
const TILE_ROWS = ROWS * 8u;
const TILE_COLUMNS = 32u;
const DEPTH = 4u;
// A chunk is 2 vec4s; one more a row keeps the eight lanes that read different columns on different banks.
const STRIDE = DEPTH * 2u + 1u;

var<workgroup> rows_of_x: array<vec4u, TILE_ROWS * STRIDE>;
var<workgroup> row_scales: array<f32, TILE_ROWS * DEPTH>;
// Column 4 a + b of the tile lies at row 8 b + a.
var<workgroup> columns: array<vec4u, TILE_COLUMNS * STRIDE>;
var<workgroup> column_scales: array<f32, TILE_COLUMNS * DEPTH>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column0 = group.x * TILE_COLUMNS;
  let row0 = group.y * TILE_ROWS;
  let rows = row_count();
  let across = lane % 8u;
  let down = lane / 8u;
  // Always 2, but not to the compiler: unrolled, the loop takes software adapters minutes to compile.
  let half_end = min(2u, params.chunks * 2u);
  let last8 = params.chunks * CHUNK8 - 1u;

  var sums = array<f32, TILE>();
  for (var first = 0u; first < params.chunks; first += DEPTH) {
    let depth = min(DEPTH, params.chunks - first);
    // Rows, columns and chunks past the end repeat the last one; they are not stored, or not added.
    let at = first * CHUNK8 + across * 2u;
    for (var r = 0u; r < ROWS; r++) {
      let row = r * 8u + down;
      let begin = input_row(min(row0 + row, rows - 1u));
      rows_of_x[row * STRIDE + across] = vec4u(x[begin + min(at, last8)], x[begin + min(at + 1u, last8)]);
      if (across < depth) {
        row_scales[row * DEPTH + across] = input_scale(begin, first + across);
      }
    }
    for (var turn = 0u; turn < 4u; turn++) {
      let column = turn * 8u + down;
      let begin = row_start(column0 + column);
      let to = (column % 4u) * 8u + column / 4u;
      columns[to * STRIDE + across] =
        vec4u(load8(column, begin + min(at, last8)), load8(column, begin + min(at + 1u, last8)));
      if (across < depth) {
        column_scales[to * DEPTH + across] = chunk_scale(column, begin, first + across);
      }
    }
    workgroupBarrier();
    for (var chunk = 0u; chunk < depth; chunk++) {
      var chains = array<i32, TILE>();
      for (var half = chunk * 2u; half < chunk * 2u + half_end; half++) {
        var w: array<vec4u, 4>;
        for (var c = 0u; c < 4u; c++) {
          w[c] = columns[(c * 8u + across) * STRIDE + half];
        }
        for (var r = 0u; r < ROWS; r++) {
          let v = rows_of_x[(down * ROWS + r) * STRIDE + half];
          for (var c = 0u; c < 4u; c++) {
            chains[r * 4u + c] = add8(v.zw, w[c].zw, add8(v.xy, w[c].xy, chains[r * 4u + c]));
          }
        }
      }
      for (var c = 0u; c < 4u; c++) {
        let scale = column_scales[(c * 8u + across) * DEPTH + chunk];
        for (var r = 0u; r < ROWS; r++) {
          let both = row_scales[(down * ROWS + r) * DEPTH + chunk] * scale;
          sums[r * 4u + c] = fma(f32(chains[r * 4u + c]), both, sums[r * 4u + c]);
        }
      }
    }
    workgroupBarrier();
  }
  let column = column0 + across * 4u;
  if (column < params.count) {
    finish_rows(row0 + down * ROWS, rows, column, sums);
  }
}
