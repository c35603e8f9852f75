// A product's shape for matrix units (tensor cores): a workgroup brings DEPTH chunks of its rows and columns to workgroup
// memory as f16, and each subgroup multiplies DOWN x ACROSS of the unit's matrices there, f16 by f16 into f32.
//
// The order in which it adds is not that of the other shapes (chunk.wgsl): x and W, times its scale, are rounded to f16,
// and a sum is one accumulator over K, first to last, as the unit adds. So where this shape is used it computes every
// row: one row and a thousand have the same bits. What lies beyond f16 is as large as f16 can be.
alias input = vec4f;

alias Left = subgroup_matrix_left<f16, UNIT_K, UNIT_M>;
alias Right = subgroup_matrix_right<f16, UNIT_N, UNIT_K>;
alias Result = subgroup_matrix_result<f32, UNIT_N, UNIT_M>;

const DEPTH4 = DEPTH * 8u; // vec4s
// Two vec4s more than are used keep eight rows that are loaded together on different banks.
const STRIDE = DEPTH4 + 2u;

var<workgroup> rows_of_x: array<vec4h, TILE_ROWS * STRIDE>;
var<workgroup> columns: array<vec4h, TILE_COLUMNS * STRIDE>;
// A result of each subgroup.
var<workgroup> results: array<vec4f, SUBGROUPS_DOWN * SUBGROUPS_ACROSS * RESULT4>;

fn half4(values: vec4f) -> vec4h {
  return vec4h(clamp(values, vec4f(-65504.0), vec4f(65504.0)));
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
  let inputs4 = params.inputs / 4u;
  let row_of_subgroup = subgroup / SUBGROUPS_ACROSS * SUBGROUP_ROWS;
  let column_of_subgroup = subgroup % SUBGROUPS_ACROSS * SUBGROUP_COLUMNS;

  var sums = array<Result, DOWN * ACROSS>();
  for (var chunk0 = 0u; chunk0 < params.chunks; chunk0 += DEPTH) {
    // Rows and columns past the end repeat the last one; they are not stored. Past the end of K, W is zero.
    for (var i = lane; i < TILE_ROWS * DEPTH4; i += LANES) {
      let row = min(row0 + i / DEPTH4, rows - 1u);
      let k4 = min(chunk0 * 8u + i % DEPTH4, inputs4 - 1u);
      rows_of_x[i / DEPTH4 * STRIDE + i % DEPTH4] = half4(x[row * inputs4 + k4]);
    }
    for (var i = lane; i < TILE_COLUMNS * DEPTH * CHUNK8; i += LANES) {
      let column = i / (DEPTH * CHUNK8);
      let part = i % (DEPTH * CHUNK8);
      let chunk = chunk0 + part / CHUNK8;
      var low = vec4f();
      var high = vec4f();
      if (chunk < params.chunks) {
        let start = row_start(column0 + column);
        let w = unpack8(load8(column, start + chunk0 * CHUNK8 + part));
        let scale = chunk_scale(column, start, chunk);
        low = vec4f(w[0], w[1], w[2], w[3]) * scale;
        high = vec4f(w[4], w[5], w[6], w[7]) * scale;
      }
      let to = column * STRIDE + part * 2u;
      columns[to] = half4(low);
      columns[to + 1u] = half4(high);
    }
    workgroupBarrier();
    for (var k4 = 0u; k4 < DEPTH4; k4 += UNIT_K / 4u) {
      var left: array<Left, DOWN>;
      for (var d = 0u; d < DOWN; d++) {
        let from_row = row_of_subgroup + d * UNIT_M;
        left[d] = subgroupMatrixLoad<Left, row_major>(&rows_of_x, from_row * STRIDE + k4, STRIDE);
      }
      for (var a = 0u; a < ACROSS; a++) {
        let from_column = column_of_subgroup + a * UNIT_N;
        let right = subgroupMatrixLoad<Right, col_major>(&columns, from_column * STRIDE + k4, STRIDE);
        for (var d = 0u; d < DOWN; d++) {
          sums[d * ACROSS + a] = subgroupMatrixMultiplyAccumulate(left[d], right, sums[d * ACROSS + a]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var d = 0u; d < DOWN; d++) {
    for (var a = 0u; a < ACROSS; a++) {
      subgroupMatrixStore<row_major>(&results, subgroup * RESULT4, sums[d * ACROSS + a], UNIT_N / 4u);
      workgroupBarrier();
      for (var i = place; i < RESULT4; i += SUBGROUP_LANES) {
        let row = row0 + row_of_subgroup + d * UNIT_M + i / (UNIT_N / 4u);
        let column = column0 + column_of_subgroup + a * UNIT_N + i % (UNIT_N / 4u) * 4u;
        if (row < rows && column < params.count) {
          finish4(row, column, results[subgroup * RESULT4 + i]);
        }
      }
      workgroupBarrier();
    }
  }
}
