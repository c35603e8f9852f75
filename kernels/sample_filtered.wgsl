// Chooses one token a row by an exponential race over the tokens that min-p, top-k, top-p and typical-p keep; other rows are
// sample's. One workgroup a row, no sort. The likeliest tokens are gathered into a pool first: as many
// tokens as lanes have a best one at or above some key are at or above it, so the lanes' best ones say which. Thresholds are
// then found digit by digit on the order-preserving key, in the pool, or in the whole row where the pool does not hold
// all that counts. Weights are summed as integers, so no sum depends on which lane came first.
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

// Stages in which tokens are ranked, in order: to fill the pool, then the filters.
const FILL = 0u;
const TOP_K = 1u;
const TOP_P = 2u;
const TYPICAL_P = 3u;

const POOL = 512u;
const POOL_FOR_TOP_P = LANES / 2u; // tokens wanted in the pool where nothing says how many
const FEW = 8u; // vec4s that a lane looks at before it writes what it found

// Weight of each digit's tokens, in units of 2^14 and of 1.
var<workgroup> coarse: array<atomic<u32>, 256>;
var<workgroup> fine: array<atomic<u32>, 256>;
var<workgroup> weights: vec2f;
var<workgroup> moments: array<vec2f, LANES>;
var<workgroup> found: u32;
// Logits and ids, in any order.
var<workgroup> pool_bits: array<u32, POOL>;
var<workgroup> pool_tokens: array<u32, POOL>;
var<workgroup> pool_size: atomic<u32>;

// What the filters look at: the tokens of the pool or of the row.
fn seen_count(row: Row) -> u32 {
  return select(params.vocab, atomicLoad(&pool_size), row.pooled);
}

fn seen_bits(row: Row, i: u32) -> u32 {
  if (row.pooled) {
    return pool_bits[i];
  }
  return bits_of(row, i);
}

// A token's probability, up to a factor, as an integer below 2^28.
fn weight_of(distance: f32) -> u32 {
  return u32(exp(distance) * 268435440.0);
}

fn total_of(weight: vec2u) -> f32 {
  return fma(f32(weight.x), 16384.0, f32(weight.y));
}

fn add_weights(a: vec2u, b: vec2u) -> vec2u {
  let low = a.y + b.y;
  return vec2u(a.x + b.x + (low >> 14u), low & 16383u);
}

// The weight of all tokens seen that are not yet out, and of those among them that belong into the pool. Call in uniform
// control flow.
fn weigh(row: Row, lane: u32) -> vec2f {
  atomicStore(&coarse[lane], 0u);
  atomicStore(&fine[lane], 0u);
  workgroupBarrier();
  var all = vec2u();
  var pool = vec2u();
  let count = seen_count(row);
  for (var i = lane; i < count; i += LANES) {
    let bits = seen_bits(row, i);
    let key = order_key(bits);
    let weight = select(0u, weight_of(scaled(row, bits)), key >= row.floor);
    let parts = vec2u(weight >> 14u, weight & 16383u);
    all += parts;
    pool += select(vec2u(), parts, key >= row.pool_floor);
  }
  atomicAdd(&coarse[0], all.x);
  atomicAdd(&fine[0], all.y);
  atomicAdd(&coarse[1], pool.x);
  atomicAdd(&fine[1], pool.y);
  workgroupBarrier();
  if (lane == 0u) {
    all = add_weights(vec2u(), vec2u(atomicLoad(&coarse[0]), atomicLoad(&fine[0])));
    pool = add_weights(vec2u(), vec2u(atomicLoad(&coarse[1]), atomicLoad(&fine[1])));
    weights = vec2f(total_of(all), total_of(pool));
  }
  return workgroupUniformLoad(&weights);
}

// The largest key such that the tokens seen at or above it, of those not yet out, count at least `least` (FILL, TOP_K),
// or else weigh as much. FILL asks for the upper half of its bits only. Call in uniform control flow.
fn threshold(row: Row, lane: u32, stage: u32, least: f32) -> u32 {
  let by_weight = stage > TOP_K;
  let lowest_shift = select(0i, 16i, stage == FILL);
  let count = seen_count(row);
  var prefix = 0u;
  var above = vec2u(); // weight above the digits fixed so far; lane 0's
  for (var shift = 24i; shift >= lowest_shift; shift -= 8) {
    atomicStore(&coarse[lane], 0u);
    atomicStore(&fine[lane], 0u);
    workgroupBarrier();
    for (var i = lane; i < count; i += LANES) {
      let bits = seen_bits(row, i);
      let place = order_key(bits);
      let distance = scaled(row, bits);
      let key = select(place, typical_key(row, distance), stage == TYPICAL_P);
      if (place < row.floor || (shift < 24 && key >> u32(shift + 8) != prefix)) {
        continue;
      }
      let digit = (key >> u32(shift)) & 255u;
      let weight = select(1u, weight_of(distance), by_weight);
      atomicAdd(&coarse[digit], weight >> 14u);
      atomicAdd(&fine[digit], weight & 16383u);
    }
    workgroupBarrier();
    if (lane == 0u) {
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
  return prefix << u32(lowest_shift);
}

// Gathers the tokens at or above `pool_floor`; says whether there was room. Call in uniform control flow.
fn fill_pool(row: Row, lane: u32) -> bool {
  workgroupBarrier();
  atomicStore(&pool_size, 0u);
  workgroupBarrier();
  let count = row.quads.count;
  for (var start = lane; start < count; start += FEW * LANES) {
    var found = 0u; // a bit for each token
    var place = 0u;
    for (var i = start; i < min(start + FEW * LANES, count); i += LANES) {
      let is_in = order_keys(bits_of_quad(row, i)) >= vec4u(row.pool_floor);
      let ones = select(vec4u(), vec4u(1u, 2u, 4u, 8u), is_in);
      found |= (ones.x | ones.y | ones.z | ones.w) << place;
      place += 4u;
    }
    for (; found != 0u; found &= found - 1u) {
      let bit = firstTrailingBit(found);
      let i = start + bit / 4u * LANES;
      let slot = atomicAdd(&pool_size, 1u);
      if (slot < POOL) {
        let token = i * 4u + bit % 4u - row.quads.skew;
        pool_tokens[slot] = token;
        pool_bits[slot] = bits_of(row, token);
      }
    }
  }
  return workgroupUniformLoad(&pool_size) <= POOL;
}

// Whether all tokens not yet out are in the pool.
fn is_complete(row: Row) -> bool {
  return row.pooled && row.floor >= row.pool_floor;
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
  moments[lane] = vec2f(mass, moment);
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      moments[lane] += moments[lane + half];
    }
  }
  let total = workgroupUniformLoad(&moments[0]);
  return total.y / total.x;
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
  if (forced > 0u || !is_filtered(words, more)) {
    return;
  }
  let vocab = params.vocab;
  var row = row_of(group.y, bitcast<f32>(words.x), mask);
  let likeliest = best_of_lane(row, lane);
  let peak = winner(0u, likeliest.x, likeliest.y);
  if (peak == NOT_A_TOKEN) {
    if (lane == 0u) {
      out[group.y] = peak;
    }
    return;
  }

  row.peak = bitcast<f32>(logits[row.first + peak]);
  let top_k = words.y;
  let top_p = bitcast<f32>(words.z);
  let min_p = bitcast<f32>(more.z);
  let typical_p = bitcast<f32>(more.w);
  if (min_p > 0.0) {
    row.floor = max(row.floor, min_p_floor(row, min_p));
  }
  let by_k = top_k > 0u && top_k < vocab;
  let by_typical = typical_p > 0.0 && typical_p < 1.0;
  let wanted = select(POOL_FOR_TOP_P, top_k, by_k);
  let fills = wanted <= LANES && vocab > POOL;
  let is_used = vec4<bool>(fills, by_k, top_p < 1.0, by_typical);
  // One loop, so that `threshold` is compiled once.
  for (var stage = FILL; stage <= TYPICAL_P; stage++) {
    if (!is_used[stage]) {
      continue;
    }
    var least = f32(select(top_k, wanted, stage == FILL));
    if (stage == FILL) {
      // The lanes' best ones.
      pool_bits[lane] = bits_of_key(max(likeliest.x, LEAST));
      atomicStore(&pool_size, LANES);
      row.pooled = true;
      workgroupBarrier();
    }
    if (stage == TYPICAL_P) {
      row.pooled = is_complete(row);
      row.mean = mean_of(row, lane);
    }
    if (stage > TOP_K) {
      var all = row;
      all.pooled = is_complete(row);
      let weight = weigh(all, lane);
      least = max(select(typical_p, top_p, stage == TOP_P) * weight.x, 1.0);
      row.pooled = row.pooled && weight.y >= least;
    }
    let lowest = threshold(row, lane, stage, least);
    if (stage == FILL) {
      row.pool_floor = max(lowest, row.floor);
      row.pooled = fill_pool(row, lane);
    } else if (stage == TYPICAL_P) {
      row.typical = lowest;
    } else {
      row.floor = max(row.floor, lowest);
    }
  }

  row.pooled = is_complete(row);
  var best = vec2u(0u, NOT_A_TOKEN);
  let count = seen_count(row);
  for (var i = lane; i < count; i += LANES) {
    var token = i;
    if (row.pooled) {
      token = pool_tokens[i];
    }
    best = race(row, vec3u(words.w, more.xy), seen_bits(row, i), token, best);
  }
  let chosen = winner(1u, best.x, best.y);
  if (lane == 0u) {
    out[group.y] = chosen;
  }
}
