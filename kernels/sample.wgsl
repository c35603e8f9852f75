// Chooses one token a row, of those its mask allows: greedy, or an exponential race over the tokens that min-p, top-k,
// top-p and typical-p keep. One workgroup a row, no sort: thresholds are found digit by digit on the order-preserving key.
// Weights are summed as integers, so no sum depends on which lane came first.
struct Params {
  vocab: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> logits: array<u32>; // f32 bits: a load as f32 may tamper with NaN
@group(0) @binding(3) var<storage, read> sampling: array<vec4u>; // four a row; src/contracts/runner.ts
@group(0) @binding(4) var<storage, read> masks: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<u32>;

const NOT_A_TOKEN = 0xffffffffu;
const GREEDY_TEMPERATURE = 1e-5;
const BARRED = 0xff800000u; // -inf

// Filters by which tokens are ranked, in order.
const TOP_K = 0u;
const TOP_P = 1u;
const TYPICAL_P = 2u;

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
  mask: u32, // place of its mask in `masks`
  masked: bool,
  peak: f32,
  temperature: f32,
  floor: u32, // tokens with a lower key are out
  mean: f32, // of the scaled logits, by probability
  typical: u32, // so are those whose logits are as far from the mean as a lower key says
}

// A token's logit, as far as the mask lets it be.
fn bits_of(row: Row, token: u32) -> u32 {
  if (row.masked && ((masks[row.mask + token / 32u] >> (token % 32u)) & 1u) == 0u) {
    return BARRED;
  }
  return logits[row.first + token];
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
fn weight_of(distance: f32) -> u32 {
  return u32(exp(distance) * 268435440.0);
}

// The nearer a token's scaled logit is to the mean, the greater: log-probability and entropy differ by as much. The order
// of numbers that are not positive is that of their bits, reversed.
fn typical_key(row: Row, distance: f32) -> u32 {
  return ~bitcast<u32>(-abs(distance - row.mean));
}

fn total_of(weight: vec2u) -> f32 {
  return fma(f32(weight.x), 16384.0, f32(weight.y));
}

fn add_weights(a: vec2u, b: vec2u) -> vec2u {
  let low = a.y + b.y;
  return vec2u(a.x + b.x + (low >> 14u), low & 16383u);
}

// The largest key such that the tokens at or above it count at least `goal` (TOP_K), or else weigh at least `goal` of the
// weight of those not yet out.
fn threshold(row: Row, lane: u32, stage: u32, goal: f32) -> u32 {
  let by_weight = stage != TOP_K;
  var prefix = 0u;
  var above = vec2u(); // weight above the digits fixed so far; lane 0's
  var least = goal;
  for (var shift = 24i; shift >= 0; shift -= 8) {
    atomicStore(&coarse[lane], 0u);
    atomicStore(&fine[lane], 0u);
    workgroupBarrier();
    for (var token = lane; token < params.vocab; token += LANES) {
      let bits = bits_of(row, token);
      let place = order_key(bits);
      let distance = scaled(row, bits);
      let key = select(place, typical_key(row, distance), stage == TYPICAL_P);
      if (place < row.floor || (shift < 24 && key >> u32(shift + 8) != prefix)) {
        continue;
      }
      let digit = (key >> u32(shift)) & 255u;
      if (by_weight) {
        let weight = weight_of(distance);
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

// The mean of the scaled logits of the tokens not yet out. Call in uniform control flow.
fn mean_of(row: Row, lane: u32) -> f32 {
  var mass = 0.0;
  var moment = 0.0;
  for (var token = lane; token < params.vocab; token += LANES) {
    let bits = bits_of(row, token);
    if (order_key(bits) >= row.floor) {
      let distance = scaled(row, bits);
      let weight = exp(distance);
      mass += weight;
      moment = fma(weight, distance, moment);
    }
  }
  let total = sum_of(lane, mass);
  return sum_of(lane, moment) / total;
}

// The key below which a token has less than `min_p` of the peak's probability.
fn min_p_floor(row: Row, min_p: f32) -> u32 {
  return order_key(bitcast<u32>(min(row.peak, fma(row.temperature, log(min_p), row.peak))));
}

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

  let mask_words = (params.vocab + 31u) / 32u;
  var row = Row(group.y * params.vocab, (max(mask, 1u) - 1u) * mask_words, mask > 0u, 0.0, 0.0, LEAST + 1u, 0.0, 0u);
  var key = 0u;
  var token = NOT_A_TOKEN;
  for (var i = lane; i < params.vocab; i += LANES) {
    let next = order_key(bits_of(row, i));
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

  row.peak = bitcast<f32>(logits[row.first + peak.y]);
  row.temperature = temperature;
  let top_k = words.y;
  let top_p = bitcast<f32>(words.z);
  let min_p = bitcast<f32>(more.z);
  let typical_p = bitcast<f32>(more.w);
  if (min_p > 0.0) {
    row.floor = max(row.floor, min_p_floor(row, min_p));
  }
  // One loop over the filters, so that `threshold` is compiled once.
  for (var stage = TOP_K; stage <= TYPICAL_P; stage++) {
    var goal = top_p;
    var is_used = top_p < 1.0;
    if (stage == TOP_K) {
      goal = f32(top_k);
      is_used = top_k > 0u && top_k < params.vocab;
    } else if (stage == TYPICAL_P) {
      goal = typical_p;
      is_used = typical_p > 0.0 && typical_p < 1.0;
    }
    if (!is_used) {
      continue;
    }
    if (stage == TYPICAL_P) {
      row.mean = mean_of(row, lane);
    }
    let lowest = threshold(row, lane, stage, goal);
    if (stage == TYPICAL_P) {
      row.typical = lowest;
    } else {
      row.floor = max(row.floor, lowest);
    }
  }

  key = 0u;
  token = NOT_A_TOKEN;
  for (var i = lane; i < params.vocab; i += LANES) {
    let bits = bits_of(row, i);
    let distance = scaled(row, bits);
    if (order_key(bits) >= row.floor && typical_key(row, distance) >= row.typical) {
      let u = uniform_of(pcg4d(vec4u(words.w, more.x, more.y, i)).x);
      let next = order_key(bitcast<u32>(distance - log(exponential(u))));
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
