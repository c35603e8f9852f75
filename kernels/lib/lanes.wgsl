// Sums over a workgroup of 64 lanes in lane order: one order whatever the row.
const LANES = 64u;

var<workgroup> lane_sums: array<f32, LANES>;
var<workgroup> lanes_total: f32;

// The sum of `value` over lanes 0..used; every lane gets it. Call in uniform control flow.
fn sum_lanes(lane: u32, used: u32, value: f32) -> f32 {
  lane_sums[lane] = value;
  workgroupBarrier();
  // Lane 0 alone walks: the others would only repeat it, which on a CPU is not free.
  let walk = select(0u, used, lane == 0u);
  var total = lane_sums[0];
  for (var i = 1u; i < walk; i++) {
    total += lane_sums[i];
  }
  if (lane == 0u) {
    lanes_total = total;
  }
  // One barrier: workgroupUniformLoad would be two. The next call's own keeps the total until all have read it.
  workgroupBarrier();
  return lanes_total;
}
