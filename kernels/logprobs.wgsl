// Log-probabilities and places of each row's chosen token and of its likeliest ones, of the raw logits. One workgroup a
// row, no sort: lane l keeps the first of the tokens l, l + 256, ... not yet named; the first of the lanes' is named, and
// all lanes together look for its owner's next. Sums run in one order whatever the row.
struct Params {
  vocab: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> logits: array<u32>; // f32 bits: a load as f32 may tamper with NaN
@group(0) @binding(3) var<storage, read> token_ids: array<u32>;
@group(0) @binding(4) var<storage, read_write> chosen: array<u32>; // f32 bits, as all log-probabilities here
@group(0) @binding(5) var<storage, read_write> ranks: array<u32>;
@group(0) @binding(6) var<storage, read_write> top_ids: array<u32>;
@group(0) @binding(7) var<storage, read_write> top_logprobs: array<u32>;

const NOT_A_TOKEN = 0xffffffffu;
const NAN = 0x7fc00000u;
const MASKED = 0xff800000u; // -inf

// A token in the order of places is vec2u(key of its logit, id); this one comes after all tokens.
const NOBODY = vec2u(0u, NOT_A_TOKEN);

// The greatest key, and the complement of its lowest id, so that both are maxima that begin at 0. Contests take the slots
// in turn: while one is fought, the slot of the next is cleared, which nobody reads any more.
var<workgroup> best_key: array<atomic<u32>, 3>;
var<workgroup> best_token: array<atomic<u32>, 3>;
var<workgroup> ahead: atomic<u32>;

fn precedes(a: vec2u, b: vec2u) -> bool {
  return a.x > b.x || (a.x == b.x && a.y < b.y);
}

// Each lane enters a token; all get the first of them. Call in uniform control flow, contests in order from 0.
fn first_of(contest: u32, lane: u32, token: vec2u) -> vec2u {
  let slot = contest % 3u;
  atomicMax(&best_key[slot], token.x);
  workgroupBarrier();
  if (lane == 0u) {
    atomicStore(&best_key[(contest + 1u) % 3u], 0u);
    atomicStore(&best_token[(contest + 1u) % 3u], 0u);
  }
  let key = atomicLoad(&best_key[slot]);
  if (token.x == key) {
    atomicMax(&best_token[slot], ~token.y);
  }
  workgroupBarrier();
  return vec2u(key, ~atomicLoad(&best_token[slot]));
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  let first = row * params.vocab;
  let count = step.top_logprobs;
  let id = token_ids[row];
  if (id == NOT_A_TOKEN) {
    if (lane == 0u) {
      chosen[row] = NAN;
      ranks[row] = 0u;
    }
    for (var i = lane; i < count; i += LANES) {
      top_ids[row * count + i] = NOT_A_TOKEN;
      top_logprobs[row * count + i] = NAN;
    }
    return;
  }

  var own = NOBODY;
  for (var i = lane; i < params.vocab; i += LANES) {
    let token = vec2u(order_key(logits[first + i]), i);
    if (precedes(token, own)) {
      own = token;
    }
  }
  var named = first_of(0u, lane, own);
  let peak = bitcast<f32>(logits[first + named.y]);

  let subject = vec2u(order_key(logits[first + id]), id);
  var mass = 0.0;
  var before = 0u;
  for (var i = lane; i < params.vocab; i += LANES) {
    let bits = logits[first + i];
    let token = vec2u(order_key(bits), i);
    before += select(0u, 1u, precedes(token, subject));
    if (token.x > LEAST) {
      mass += exp(max(bitcast<f32>(bits) - peak, -200.0));
    }
  }
  atomicAdd(&ahead, before);
  let log_mass = log(sum_of(lane, mass));
  if (lane == 0u) {
    chosen[row] = logprob(logits[first + id], peak, log_mass);
    ranks[row] = atomicLoad(&ahead) + 1u;
  }

  for (var i = 0u; i < count; i++) {
    if (lane == 0u) {
      top_ids[row * count + i] = named.y;
      top_logprobs[row * count + i] = logprob(logits[first + named.y], peak, log_mass);
    }
    let owner = named.y % LANES;
    var next = NOBODY;
    for (var j = owner + lane * LANES; j < params.vocab; j += LANES * LANES) {
      let token = vec2u(order_key(logits[first + j]), j);
      if (precedes(named, token) && precedes(token, next)) {
        next = token;
      }
    }
    next = first_of(2u * i + 1u, lane, next);
    if (lane == owner) {
      own = next;
    }
    named = first_of(2u * i + 2u, lane, own);
  }
}

fn logprob(bits: u32, peak: f32, log_mass: f32) -> u32 {
  if (bits == MASKED) {
    return MASKED;
  }
  return bitcast<u32>(bitcast<f32>(bits) - peak - log_mass);
}
