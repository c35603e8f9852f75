// Chooses one token a row: greedy, or an exponential race over the tokens that top-k and top-p keep. One workgroup a
// row, no sort: thresholds are found digit by digit on the order-preserving key. Weights are summed as integers, so no
// sum depends on which lane came first.
struct Params {
  vocab: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> logits: array<u32>; // f32 bits: a load as f32 may tamper with NaN
@group(0) @binding(3) var<storage, read> sampling: array<vec4u>; // two a row; src/contracts/runner.ts
@group(0) @binding(4) var<storage, read_write> out: array<u32>;

const LANES = 256u;
const NOT_A_TOKEN = 0xffffffffu;
const GREEDY_TEMPERATURE = 1e-5;

// The greatest key, and the complement of its lowest token, so that both are maxima that begin at 0: of the logits, then
// of the race.
var<workgroup> best_key: array<atomic<u32>, 2>;
var<workgroup> best_token: array<atomic<u32>, 2>;
// Weight of each digit's tokens, in units of 2^14 and of 1.
var<workgroup> coarse: array<atomic<u32>, 256>;
var<workgroup> fine: array<atomic<u32>, 256>;
var<workgroup> found: u32;

struct Row {
  first: u32, // of the row's logits
  peak: f32,
  temperature: f32,
  floor: u32, // tokens with a lower key are out
}

// Each lane enters its best token in contest `which`; all get the winner's key and token.
fn winner(which: u32, key: u32, token: u32) -> vec2u {
  atomicMax(&best_key[which], key);
  workgroupBarrier();
  if (key == atomicLoad(&best_key[which])) {
    atomicMax(&best_token[which], ~token);
  }
  return vec2u(workgroupUniformLoad(&best_key[which]), ~workgroupUniformLoad(&best_token[which]));
}

// (logit - peak) / temperature, not below -200, where exp is 0 anyway and larger distances would overflow.
fn scaled(row: Row, bits: u32) -> f32 {
  return max(bitcast<f32>(bits) - row.peak, -200.0 * row.temperature) / row.temperature;
}

// A token's probability, up to a factor, as an integer below 2^28.
fn weight_of(row: Row, bits: u32) -> u32 {
  return u32(exp(scaled(row, bits)) * 268435440.0);
}

fn total_of(weight: vec2u) -> f32 {
  return fma(f32(weight.x), 16384.0, f32(weight.y));
}

fn add_weights(a: vec2u, b: vec2u) -> vec2u {
  let low = a.y + b.y;
  return vec2u(a.x + b.x + (low >> 14u), low & 16383u);
}

// The largest key such that the tokens at or above it count at least `goal`, or with `by_weight` weigh at least `goal`
// of the row's weight.
fn threshold(row: Row, lane: u32, by_weight: bool, goal: f32) -> u32 {
  var prefix = 0u;
  var above = vec2u(); // weight above the digits fixed so far; lane 0's
  var least = goal;
  for (var shift = 24i; shift >= 0; shift -= 8) {
    atomicStore(&coarse[lane], 0u);
    atomicStore(&fine[lane], 0u);
    workgroupBarrier();
    for (var token = lane; token < params.vocab; token += LANES) {
      let bits = logits[row.first + token];
      let key = order_key(bits);
      if (key < row.floor || (shift < 24 && key >> u32(shift + 8) != prefix)) {
        continue;
      }
      let digit = (key >> u32(shift)) & 255u;
      if (by_weight) {
        let weight = weight_of(row, bits);
        atomicAdd(&coarse[digit], weight >> 14u);
        atomicAdd(&fine[digit], weight & 16383u);
      } else {
        atomicAdd(&fine[digit], 1u);
      }
    }
    workgroupBarrier();
    if (lane == 0u) {
      if (by_weight && shift == 24) {
        var all = vec2u();
        for (var digit = 0u; digit < 256u; digit++) {
          all = add_weights(all, vec2u(atomicLoad(&coarse[digit]), atomicLoad(&fine[digit])));
        }
        least = max(goal * total_of(all), 1.0);
      }
      var digit = 255u;
      for (; digit > 0u; digit--) {
        let next = add_weights(above, vec2u(atomicLoad(&coarse[digit]), atomicLoad(&fine[digit])));
        if (total_of(next) >= least) {
          break;
        }
        above = next;
      }
      found = (prefix << 8u) | digit;
    }
    prefix = workgroupUniformLoad(&found);
  }
  return prefix;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let words = sampling[group.y * 2u];
  let more = sampling[group.y * 2u + 1u];
  let first = group.y * params.vocab;
  var key = 0u;
  var token = NOT_A_TOKEN;
  for (var i = lane; i < params.vocab; i += LANES) {
    let next = order_key(logits[first + i]);
    if (next > key) {
      key = next;
      token = i;
    }
  }
  let peak = winner(0u, key, token);
  let temperature = bitcast<f32>(words.x);
  let hopeless = peak.x == NOT_FINITE || peak.x == LEAST;
  if (hopeless || temperature < GREEDY_TEMPERATURE) {
    if (lane == 0u) {
      out[group.y] = select(peak.y, NOT_A_TOKEN, hopeless);
    }
    return;
  }

  var row = Row(first, bitcast<f32>(logits[first + peak.y]), temperature, LEAST + 1u);
  let top_k = words.y;
  let top_p = bitcast<f32>(words.z);
  // One loop over both filters, so that `threshold` is compiled once.
  let first_stage = select(1u, 0u, top_k > 0u && top_k < params.vocab);
  let filters = select(1u, 2u, top_p < 1.0);
  for (var stage = first_stage; stage < filters; stage++) {
    let by_weight = stage == 1u;
    row.floor = max(row.floor, threshold(row, lane, by_weight, select(f32(top_k), top_p, by_weight)));
  }

  key = 0u;
  token = NOT_A_TOKEN;
  for (var i = lane; i < params.vocab; i += LANES) {
    let bits = logits[first + i];
    if (order_key(bits) >= row.floor) {
      let u = uniform_of(pcg4d(vec4u(words.w, more.x, more.y, i)).x);
      let next = order_key(bitcast<u32>(scaled(row, bits) - log(exponential(u))));
      if (next > key) {
        key = next;
        token = i;
      }
    }
  }
  let chosen = winner(1u, key, token);
  if (lane == 0u) {
    out[group.y] = chosen.y;
  }
}
