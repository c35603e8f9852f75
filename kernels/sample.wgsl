// Chooses one token a row, of those its mask allows: greedy, or by an exponential race over all of them. One workgroup a
// row. Rows whose race is held among fewer tokens are sample_filtered's.
struct Params {
  vocab: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> logits: array<u32>; // f32 bits: a load as f32 may tamper with NaN
@group(0) @binding(3) var<storage, read> logit_quads: array<vec4u>; // the same buffer
@group(0) @binding(4) var<storage, read> sampling: array<vec4u>; // four a row; src/contracts/runner.ts
@group(0) @binding(5) var<storage, read> masks: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<u32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let words = sampling[group.y * 4u];
  let more = sampling[group.y * 4u + 1u];
  let forced = sampling[group.y * 4u + 2u].w;
  let mask = sampling[group.y * 4u + 3u].x;
  if (forced > 0u) {
    if (lane == 0u) {
      out[group.y] = forced - 1u;
    }
    return;
  }
  if (is_filtered(words, more)) {
    return;
  }

  var row = row_of(group.y, bitcast<f32>(words.x), mask);
  let likeliest = best_of_lane(row, lane);
  var chosen = winner(0u, likeliest.x, likeliest.y);
  if (chosen != NOT_A_TOKEN && row.temperature >= GREEDY_TEMPERATURE) {
    row.peak = bitcast<f32>(logits[row.first + chosen]);
    var best = vec2u(0u, NOT_A_TOKEN);
    for (var token = lane; token < params.vocab; token += LANES) {
      best = race(row, vec3u(words.w, more.xy), bits_of(row, token), token, best);
    }
    chosen = winner(1u, best.x, best.y);
  }
  if (lane == 0u) {
    out[group.y] = chosen;
  }
}
