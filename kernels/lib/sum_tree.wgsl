// Sums over a workgroup of 256 lanes by a fixed tree: one order whatever the row.
const LANES = 256u;

var<workgroup> masses: array<f32, LANES>;

// The sum over all lanes; every lane gets it. Call in uniform control flow.
fn sum_of(lane: u32, mass: f32) -> f32 {
  masses[lane] = mass;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      masses[lane] += masses[lane + half];
    }
  }
  return workgroupUniformLoad(&masses[0]);
}
