// What the kernels that choose a token share: a sample's logits, the likeliest of them, and the race. Uses the kernel's
// params, logits, logit_quads, sampling and masks; order.wgsl, quads.wgsl and noise.wgsl; 256 LANES.
const NOT_A_TOKEN = 0xffffffffu;
const GREEDY_TEMPERATURE = 1e-5;
const BARRED = 0xff800000u; // -inf

// The greatest key, and the complement of its lowest token, so that both are maxima that begin at 0: of the logits, then
// of the race.
var<workgroup> best_key: array<atomic<u32>, 2>;
var<workgroup> best_token: array<atomic<u32>, 2>;

// Whether filters may leave less than all tokens in the race; of the first words of a row of `sampling`
// (src/contracts/runner.ts).
fn is_filtered(words: vec4u, more: vec4u) -> bool {
  let by_k = words.y > 0u && words.y < params.vocab;
  let by_p = bitcast<f32>(words.z) < 1.0 || bitcast<f32>(more.z) > 0.0;
  let typical_p = bitcast<f32>(more.w);
  let by_typical = typical_p > 0.0 && typical_p < 1.0;
  return bitcast<f32>(words.x) >= GREEDY_TEMPERATURE && (by_k || by_p || by_typical);
}

struct Row {
  first: u32, // of the row's logits
  quads: Quads,
  mask: u32, // place of its mask in `masks`
  masked: bool,
  peak: f32,
  temperature: f32,
  floor: u32, // tokens with a lower key are out
  mean: f32, // of the scaled logits, by probability
  typical: u32, // so are those whose logits are as far from the mean as a lower key says
  pooled: bool, // whether what follows looks at the pool alone
  pool_floor: u32, // the pool has all tokens with this key or a greater one
}

// `mask`: its place in `masks`, plus 1; 0: there is none.
fn row_of(sample: u32, temperature: f32, mask: u32) -> Row {
  let vocab = params.vocab;
  var row = Row();
  row.first = sample * vocab;
  row.quads = quads_of(row.first, vocab);
  row.mask = (max(mask, 1u) - 1u) * ((vocab + 31u) / 32u);
  row.masked = mask > 0u;
  row.temperature = temperature;
  row.floor = LEAST + 1u;
  return row;
}

// Logits' bits of a quad of tokens, as far as the mask lets them be.
fn bits_of_quad(row: Row, i: u32) -> vec4u {
  let tokens = places_of(row.quads, i);
  var allowed = tokens < vec4u(params.vocab);
  if (row.masked) {
    // Four tokens lie in one word or two.
    let first = masks[row.mask + min(tokens.x, params.vocab - 1u) / 32u];
    let last = masks[row.mask + min(tokens.w, params.vocab - 1u) / 32u];
    let words = select(vec4u(last), vec4u(first), tokens / vec4u(32u) == vec4u(tokens.x / 32u));
    allowed = allowed & (((words >> (tokens % vec4u(32u))) & vec4u(1u)) == vec4u(1u));
  }
  return select(vec4u(BARRED), logit_quads[row.quads.begin + i], allowed);
}

// A token's logit, as far as the mask lets it be.
fn bits_of(row: Row, token: u32) -> u32 {
  if (row.masked && ((masks[row.mask + token / 32u] >> (token % 32u)) & 1u) == 0u) {
    return BARRED;
  }
  return logits[row.first + token];
}

// The key of the lane's best token, and the token.
fn best_of_lane(row: Row, lane: u32) -> vec2u {
  var best = bitcast<i32>(LEAST_SIGNED);
  var token = NOT_A_TOKEN;
  var greatest_bits = 0u;
  for (var i = lane; i < row.quads.count; i += LANES) {
    let bits = bits_of_quad(row, i);
    let keys = signed_keys(bits);
    let next = max(max(keys.x, keys.y), max(keys.z, keys.w));
    let tokens = places_of(row.quads, i);
    let later = select(select(tokens.w, tokens.z, keys.z == next), tokens.y, keys.y == next);
    token = select(token, select(later, tokens.x, keys.x == next), next > best);
    best = max(best, next);
    greatest_bits = max(greatest_bits, max(max(bits.x, bits.y), max(bits.z, bits.w)));
  }
  let key = order_key(bitcast<u32>(select(best, bitcast<i32>(0x80000000u - bitcast<u32>(best)), best < 0)));
  return vec2u(select(key, NOT_FINITE, greatest_bits > BARRED), token);
}

// Each lane enters its best token in contest `which`; all get the winner, or NOT_A_TOKEN where the best is not finite.
fn winner(which: u32, key: u32, token: u32) -> u32 {
  atomicMax(&best_key[which], key);
  workgroupBarrier();
  if (key == atomicLoad(&best_key[which]) && key > LEAST && key != NOT_FINITE) {
    atomicMax(&best_token[which], ~token);
  }
  return ~workgroupUniformLoad(&best_token[which]);
}

// (logit - peak) / temperature, not below -200, where exp is 0 anyway and larger distances would overflow.
fn scaled(row: Row, bits: u32) -> f32 {
  return max(bitcast<f32>(bits) - row.peak, -200.0 * row.temperature) / row.temperature;
}

// The nearer a token's scaled logit is to the mean, the greater: log-probability and entropy differ by as much. The order
// of numbers that are not positive is that of their bits, reversed.
fn typical_key(row: Row, distance: f32) -> u32 {
  return ~bitcast<u32>(-abs(distance - row.mean));
}

// The winner of `best`, a key and a token, and this token, if no filter holds it back: whose exponential clock, of a rate
// as its probability, rings first. `counter` is the seed and the position.
fn race(row: Row, counter: vec3u, bits: u32, token: u32, best: vec2u) -> vec2u {
  let distance = scaled(row, bits);
  let u = uniform_of(pcg4d(vec4u(counter, token)).x);
  let key = order_key(bitcast<u32>(distance - log(exponential(u))));
  let stays = order_key(bits) >= row.floor && typical_key(row, distance) >= row.typical;
  let leads = key > best.x || (key == best.x && token < best.y);
  return select(best, vec2u(key, token), stays && leads);
}
