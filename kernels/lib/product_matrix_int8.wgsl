// The matrix shape for rows rounded to int8: the unit's product of a chunk is an integer and exact in any order, so the lanes
// take it from workgroup memory and add it, scaled, as in every other shape: the same bits.
alias Left = subgroup_matrix_left<i8, UNIT_K, UNIT_M>;
alias Right = subgroup_matrix_right<i8, UNIT_N, UNIT_K>;
alias Result = subgroup_matrix_result<i32, UNIT_N, UNIT_M>;

const DEPTH8 = DEPTH * CHUNK8; // eights of K
// Two eights more than are used keep rows that are loaded together on different banks.
const STRIDE = DEPTH8 + 2u;
const RESULTS = DOWN * ACROSS;
const OWNED = (RESULT4 + SUBGROUP_LANES - 1u) / SUBGROUP_LANES; // fours of a result, of a lane

var<workgroup> rows_of_x: array<vec2u, TILE_ROWS * STRIDE>;
var<workgroup> row_scales: array<f32, TILE_ROWS * DEPTH>;
var<workgroup> columns: array<vec2u, TILE_COLUMNS * STRIDE>;
var<workgroup> column_scales: array<f32, TILE_COLUMNS * DEPTH>;
var<workgroup> products: array<vec4i, SUBGROUPS_DOWN * SUBGROUPS_ACROSS * RESULTS * RESULT4>;

// Four neighbours in a row of the tile.
struct Four {
  row: u32,
  column: u32,
}

fn four_of(result: u32, i: u32, row0: u32, column0: u32) -> Four {
  let row = row0 + result / ACROSS * UNIT_M + i / (UNIT_N / 4u);
  return Four(row, column0 + result % ACROSS * UNIT_N + i % (UNIT_N / 4u) * 4u);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let column0 = group.x * TILE_COLUMNS;
  let row0 = group.y * TILE_ROWS;
  let rows = row_count();
  let last8 = params.chunks * CHUNK8 - 1u;
  let row_of_subgroup = subgroup / SUBGROUPS_ACROSS * SUBGROUP_ROWS;
  let column_of_subgroup = subgroup % SUBGROUPS_ACROSS * SUBGROUP_COLUMNS;

  var sums = array<vec4f, RESULTS * OWNED>();
  for (var first = 0u; first < params.chunks; first += DEPTH) {
    let depth = min(DEPTH, params.chunks - first);
    // Rows, columns and chunks past the end repeat the last one; they are not stored, or not added.
    for (var i = lane; i < TILE_ROWS * DEPTH8; i += LANES) {
      let begin = input_row(min(row0 + i / DEPTH8, rows - 1u));
      rows_of_x[i / DEPTH8 * STRIDE + i % DEPTH8] = x[begin + min(first * CHUNK8 + i % DEPTH8, last8)];
    }
    for (var i = lane; i < TILE_COLUMNS * DEPTH8; i += LANES) {
      let column = i / DEPTH8;
      let at = min(first * CHUNK8 + i % DEPTH8, last8);
      columns[column * STRIDE + i % DEPTH8] = load8(column, row_start(column0 + column) + at);
    }
    for (var i = lane; i < TILE_ROWS * depth; i += LANES) {
      let begin = input_row(min(row0 + i / depth, rows - 1u));
      row_scales[i / depth * DEPTH + i % depth] = input_scale(begin, first + i % depth);
    }
    for (var i = lane; i < TILE_COLUMNS * depth; i += LANES) {
      let column = i / depth;
      column_scales[column * DEPTH + i % depth] =
        chunk_scale(column, row_start(column0 + column), first + i % depth);
    }
    workgroupBarrier();
    for (var chunk = 0u; chunk < depth; chunk++) {
      for (var result = 0u; result < RESULTS; result++) {
        let from_row = (row_of_subgroup + result / ACROSS * UNIT_M) * STRIDE + chunk * CHUNK8;
        let from_column = (column_of_subgroup + result % ACROSS * UNIT_N) * STRIDE + chunk * CHUNK8;
        var sum = Result();
        for (var i = 0u; i < CHUNK8; i += UNIT_K / 8u) {
          let left = subgroupMatrixLoad<Left, row_major>(&rows_of_x, from_row + i, STRIDE);
          let right = subgroupMatrixLoad<Right, col_major>(&columns, from_column + i, STRIDE);
          sum = subgroupMatrixMultiplyAccumulate(left, right, sum);
        }
        subgroupMatrixStore<row_major>(&products, (subgroup * RESULTS + result) * RESULT4, sum, UNIT_N / 4u);
      }
      workgroupBarrier();
      for (var result = 0u; result < RESULTS; result++) {
        for (var own = 0u; own < OWNED; own++) {
          let i = own * SUBGROUP_LANES + place;
          if (i < RESULT4) {
            let four = four_of(result, i, row_of_subgroup, column_of_subgroup);
            let row_scale = row_scales[four.row * DEPTH + chunk];
            var scales: vec4f;
            for (var c = 0u; c < 4u; c++) {
              scales[c] = row_scale * column_scales[(four.column + c) * DEPTH + chunk];
            }
            let integers = products[(subgroup * RESULTS + result) * RESULT4 + i];
            sums[result * OWNED + own] = fma(vec4f(integers), scales, sums[result * OWNED + own]);
          }
        }
      }
      workgroupBarrier();
    }
  }
  for (var result = 0u; result < RESULTS; result++) {
    for (var own = 0u; own < OWNED; own++) {
      let i = own * SUBGROUP_LANES + place;
      let four = four_of(result, i, row0 + row_of_subgroup, column0 + column_of_subgroup);
      if (i < RESULT4 && four.row < rows && four.column < params.count) {
        finish4(four.row, four.column, sums[result * OWNED + own]);
      }
    }
  }
}
