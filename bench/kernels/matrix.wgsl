// RESULTS accumulators of the matrix unit that depend on nothing but themselves: how fast it multiplies when no memory is
// in the way.
struct Params {
  turns: u32, // of a product for each accumulator
}

alias Left = subgroup_matrix_left<f16, UNIT_K, UNIT_M>;
alias Right = subgroup_matrix_right<f16, UNIT_N, UNIT_K>;
alias Result = subgroup_matrix_result<f32, UNIT_N, UNIT_M>;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

var<workgroup> operand: array<f16, 256>;
var<workgroup> result: array<f32, LANES / SUBGROUP_LANES * 256u>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  for (var i = lane; i < 256u; i += LANES) {
    operand[i] = f16(f32(i % 7u) * 0.125);
  }
  workgroupBarrier();
  let left = subgroupMatrixLoad<Left, row_major>(&operand, 0u, UNIT_K);
  let right = subgroupMatrixLoad<Right, col_major>(&operand, 0u, UNIT_K);
  var sums: array<Result, RESULTS>;
  for (var turn = 0u; turn < params.turns; turn++) {
    for (var r = 0u; r < RESULTS; r++) {
      sums[r] = subgroupMatrixMultiplyAccumulate(left, right, sums[r]);
    }
  }
  var sum = 0.0;
  for (var r = 0u; r < RESULTS; r++) {
    subgroupMatrixStore<row_major>(&result, subgroup * 256u, sums[r], UNIT_N);
    workgroupBarrier();
    sum += result[subgroup * 256u + lane % SUBGROUP_LANES];
    workgroupBarrier();
  }
  out[id.x] = sum;
}
