// CHAINS chains of fma a lane that depend on nothing but themselves: how fast a device multiplies when no memory is in
// the way.
struct Params {
  turns: u32, // of UNROLLED steps each
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = f32(id.x % 7u) * 0.125;
  let summand = f32(step.rows);
  var chains = array<f32, CHAINS>();
  for (var c = 0u; c < CHAINS; c++) {
    chains[c] = f32(id.x + c);
  }
  for (var turn = 0u; turn < params.turns; turn++) {
    for (var i = 0u; i < UNROLLED; i++) {
      for (var c = 0u; c < CHAINS; c++) {
        chains[c] = fma(chains[c], factor, summand);
      }
    }
  }
  var sum = 0.0;
  for (var c = 0u; c < CHAINS; c++) {
    sum += chains[c];
  }
  out[id.x] = sum;
}
