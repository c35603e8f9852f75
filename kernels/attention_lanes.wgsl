// Paged attention by one subgroup of 8 lanes for the queries that share a KV head: GROUP heads of ROWS rows. For adapters
// whose lanes are the SIMD lanes of a CPU: every load is 8 scalar ones there, so each is used by all queries. Lanes take
// positions to score them and dimensions to weigh them; what they know of each other goes by broadcast, not through memory.
struct Params {
  heads: u32,
  kv_heads: u32,
  dim4: u32,
  block_size: u32,
  max_blocks: u32,
  first_row: u32, // 1: begin after the decode rows
  scale: f32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> q: array<f32>;
@group(0) @binding(3) var<storage, read> keys: array<packed4>;
@group(0) @binding(4) var<storage, read> values: array<packed4>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read> sequences: array<u32>;
@group(0) @binding(7) var<storage, read> block_tables: array<u32>;
@group(0) @binding(8) var<storage, read_write> out: array<vec4f>;

const LANES = 8u;
const CHUNKS = PARTITION / LANES; // a lane has one position of each
const LOWEST = -3.4e38;
const QUERIES = GROUP * ROWS;
const DIM8 = (DIM4 + 1u) / 2u;
const TURNS = (DIM4 + LANES - 1u) / LANES; // a lane has one vec4 of each

var<private> pairs: array<u32, QUERIES>; // row and head
var<private> contexts: array<u32, QUERIES>;
var<private> query: array<array<f32, DIM8>, QUERIES>;
var<private> cache_rows: array<u32, CHUNKS>;
var<private> value_scales: array<f32, CHUNKS>;
var<private> weights: array<array<f32, CHUNKS>, QUERIES>;
var<private> peaks: array<f32, QUERIES>;
var<private> masses: array<f32, QUERIES>;
var<private> total: array<array<vec4f, TURNS>, QUERIES>;

// The values of lanes 0 to 3, or of lanes 4 to 7.
fn lanes4(x: f32, upper: bool) -> vec4f {
  let lower4 = vec4f(subgroupBroadcast(x, 0), subgroupBroadcast(x, 1), subgroupBroadcast(x, 2), subgroupBroadcast(x, 3));
  let upper4 = vec4f(subgroupBroadcast(x, 4), subgroupBroadcast(x, 5), subgroupBroadcast(x, 6), subgroupBroadcast(x, 7));
  return select(lower4, upper4, upper);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.y * ROWS + params.first_row * step.decode_rows;
  let end = min(first + ROWS, step.rows);
  // Rows of one sequence at a time; where a tile has rows of two, each is served without the other.
  for (var row = first; row < end; row++) {
    if (row == first || sequences[row] != sequences[row - 1u]) {
      attend(row, end, group.x * GROUP, lane);
    }
  }
}

// The rows from `first` on, below `end`, that are of its sequence.
fn attend(first: u32, end: u32, head: u32, lane: u32) {
  var last = first;
  for (var row = first + 1u; row < end; row++) {
    if (sequences[row] == sequences[first] && last + 1u == row) {
      last = row;
    }
  }
  // Loops of constant length would be unrolled, which takes long to compile and gains nothing.
  let dim8 = (params.dim4 + 1u) / 2u;
  let turns = (params.dim4 + LANES - 1u) / LANES;
  for (var j = 0u; j < QUERIES; j++) {
    // Queries beyond the last row repeat it.
    let row = min(first + j / GROUP, last);
    pairs[j] = row * params.heads + head + j % GROUP;
    contexts[j] = positions[row] + 1u;
    for (var d = 0u; d < dim8; d++) {
      let i = d * LANES + lane;
      if (i < DIM4 * 4u) {
        query[j][d] = q[pairs[j] * DIM4 * 4u + i] * params.scale;
      }
    }
  }
  let context = positions[last] + 1u;
  let table = sequences[first] * params.max_blocks;
  let kv_head = head / (params.heads / params.kv_heads);
  for (var start = 0u; start < context; start += PARTITION) {
    let chunks = (min(PARTITION, context - start) + LANES - 1u) / LANES;
    var highest: array<f32, QUERIES>;
    for (var j = 0u; j < QUERIES; j++) {
      highest[j] = LOWEST;
    }
    for (var c = 0u; c < chunks; c++) {
      let position = start + c * LANES + lane;
      let cached = min(position, context - 1u);
      let block = block_tables[table + cached / params.block_size];
      let slot = block * params.block_size + cached % params.block_size;
      let at = cache_row(slot, kv_head);
      var key_scale = 1.0;
      if (KV_SCALES) {
        let scale = scale_place(slot, kv_head);
        key_scale = kv_scale(keys[scale]);
        value_scales[c] = kv_scale(values[scale]);
      }
      cache_rows[c] = at;
      var chains = array<vec4f, QUERIES>(); // not without the (): then it is zeroed only once
      for (var d = 0u; d < dim8; d++) {
        let k0 = unpack4(keys[at + 2u * d]);
        let k1 = unpack4(keys[at + min(2u * d + 1u, DIM4 - 1u)]);
        for (var j = 0u; j < QUERIES; j++) {
          // Where the last vec4 has no neighbour, the upper half of the query is 0.
          let sum = fma(lanes4(query[j][d], false), k0, chains[j]);
          chains[j] = fma(lanes4(query[j][d], true), k1, sum);
        }
      }
      for (var j = 0u; j < QUERIES; j++) {
        let score = sum4(chains[j]) * key_scale;
        weights[j][c] = score;
        highest[j] = select(highest[j], max(highest[j], score), position < contexts[j]);
      }
    }

    var mass = array<f32, QUERIES>();
    for (var j = 0u; j < QUERIES; j++) {
      highest[j] = subgroupMax(highest[j]);
    }
    for (var c = 0u; c < chunks; c++) {
      let position = start + c * LANES + lane;
      for (var j = 0u; j < QUERIES; j++) {
        let weight = select(0.0, exp(weights[j][c] - highest[j]), position < contexts[j]);
        weights[j][c] = select(weight, weight * value_scales[c], KV_SCALES);
        let a = lanes4(weight, false);
        let b = lanes4(weight, true);
        mass[j] = (((((((mass[j] + a.x) + a.y) + a.z) + a.w) + b.x) + b.y) + b.z) + b.w;
      }
    }

    // As `join` does it, with the factors taken out of the loop over dimensions.
    var old: array<f32, QUERIES>;
    var fresh: array<f32, QUERIES>;
    for (var j = 0u; j < QUERIES; j++) {
      let lies = start < contexts[j];
      let before = select(highest[j], peaks[j], start > 0u);
      let peak = select(before, max(before, highest[j]), lies);
      old[j] = exp(before - peak);
      fresh[j] = select(0.0, exp(highest[j] - peak), lies);
      peaks[j] = peak;
      masses[j] = select(mass[j], fma(masses[j], old[j], mass[j] * fresh[j]), start > 0u);
    }
    for (var turn = 0u; turn < turns; turn++) {
      let value = weigh(min(turn * LANES + lane, DIM4 - 1u), start, chunks);
      for (var j = 0u; j < QUERIES; j++) {
        let joined = fma(total[j][turn], vec4f(old[j]), value[j] * fresh[j]);
        total[j][turn] = select(value[j], joined, start > 0u);
      }
    }
  }

  for (var turn = 0u; turn < turns; turn++) {
    let d = turn * LANES + lane;
    if (d < DIM4) {
      for (var j = 0u; j < QUERIES; j++) {
        out[pairs[j] * DIM4 + d] = total[j][turn] / masses[j];
      }
    }
  }
}

// The weighted sum of the d-th vec4 of the values of a partition, span by span, for each query.
fn weigh(d: u32, start: u32, chunks: u32) -> array<vec4f, QUERIES> {
  var value = array<vec4f, QUERIES>();
  var sums = array<vec4f, QUERIES>();
  for (var i = 0u; i < chunks * LANES; i += 4u) {
    let c = i / LANES;
    let upper = i % LANES != 0u;
    let cached = bitcast<vec4u>(lanes4(bitcast<f32>(cache_rows[c]), upper)) + d;
    let v = array<vec4f, 4>(
      unpack4(values[cached.x]),
      unpack4(values[cached.y]),
      unpack4(values[cached.z]),
      unpack4(values[cached.w]),
    );
    for (var j = 0u; j < QUERIES; j++) {
      let weight = lanes4(weights[j][c], upper);
      var sum = select(vec4f(), sums[j], i % SPAN != 0u);
      for (var k = 0u; k < 4u; k++) {
        let next = fma(vec4f(weight[k]), v[k], sum);
        // A row must not see what a later one of its tile made of its value, which may not be finite.
        sum = select(sum, next, ROWS == 1u || start + i + k < contexts[j]);
      }
      sums[j] = sum;
      value[j] += select(vec4f(), sum, i % SPAN == SPAN - 4u || i + 4u == chunks * LANES);
    }
  }
  return value;
}
