// Sums over a workgroup of 64 lanes in lane order: one order whatever the row.
const LANES = 64u;

var<workgroup> lane_sums: array<f32, LANES>;

// The sum of `value` over lanes 0..used; every lane gets it. Call in uniform control flow.
fn sum_lanes(lane: u32, used: u32, value: f32) -> f32 {
  lane_sums[lane] = value;
  workgroupBarrier();
  var total = lane_sums[0];
  for (var i = 1u; i < used; i++) {
    total += lane_sums[i];
  }
  workgroupBarrier();
  return total;
}
