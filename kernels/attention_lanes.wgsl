// Paged attention, one lane a row and head, which walks its context alone: no barrier and nothing shared. For adapters
// whose lanes are the SIMD lanes of a CPU, where a workgroup that waits for itself costs more than it saves.
struct Params {
  heads: u32,
  kv_heads: u32,
  dim4: u32,
  block_size: u32,
  max_blocks: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> q: array<vec4f>;
@group(0) @binding(3) var<storage, read> keys: array<packed4>;
@group(0) @binding(4) var<storage, read> values: array<packed4>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read> sequences: array<u32>;
@group(0) @binding(7) var<storage, read> block_tables: array<u32>;
@group(0) @binding(8) var<storage, read_write> out: array<vec4f>;

var<private> cache_rows: array<u32, PARTITION>;
var<private> weights: array<f32, PARTITION>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pair = id.x;
  if (pair >= step.rows * params.heads) {
    return;
  }
  let row = pair / params.heads;
  let kv_head = pair % params.heads / (params.heads / params.kv_heads);
  let context = positions[row] + 1u;
  let table = sequences[row] * params.max_blocks;
  let dim4 = params.dim4;
  let query = pair * dim4;

  var peak = 0.0;
  var mass = 0.0;
  for (var start = 0u; start < context; start += PARTITION) {
    let count = min(PARTITION, context - start);
    let highest = score(query, table, kv_head, start, count);
    var sum_of_weights = 0.0;
    for (var i = 0u; i < count; i++) {
      let weight = exp(weights[i] - highest);
      weights[i] = weight;
      sum_of_weights = select(sum_of_weights + weight, weight, i == 0u);
    }
    var joined = Running(highest, sum_of_weights, vec4f());
    for (var d = 0u; d < dim4; d++) {
      let part = Running(highest, sum_of_weights, weigh(d, count));
      // `out` holds what the partitions before this one came to.
      if (start == 0u) {
        joined = part;
      } else {
        joined = join(Running(peak, mass, out[query + d]), part);
      }
      out[query + d] = joined.value;
    }
    peak = joined.peak;
    mass = joined.mass;
  }
  for (var d = 0u; d < dim4; d++) {
    out[query + d] = settle(Running(peak, mass, out[query + d]));
  }
}

// Writes the scores of positions [start, start + count) to `weights` and where their K and V lie to `cache_rows`.
// Returns the highest score.
fn score(query: u32, table: u32, kv_head: u32, start: u32, count: u32) -> f32 {
  let dim4 = params.dim4;
  var highest = 0.0;
  for (var i = 0u; i < count; i++) {
    let position = start + i;
    let block = block_tables[table + position / params.block_size];
    let slot = block * params.block_size + position % params.block_size;
    let cached = (slot * params.kv_heads + kv_head) * dim4;
    var chains = vec4f();
    for (var d = 0u; d < dim4; d++) {
      chains = fma(q[query + d] * params.scale, unpack4(keys[cached + d]), chains);
    }
    let sum = sum4(chains);
    cache_rows[i] = cached;
    weights[i] = sum;
    highest = select(max(highest, sum), sum, i == 0u);
  }
  return highest;
}

// The weighted sum of the d-th vec4 of the values, span by span.
fn weigh(d: u32, count: u32) -> vec4f {
  var value = vec4f();
  for (var span = 0u; span < SPANS; span++) {
    let end = min(span * SPAN + SPAN, count);
    var sum = vec4f();
    for (var i = span * SPAN; i < end; i++) {
      sum = fma(vec4f(weights[i]), unpack4(values[cache_rows[i] + d]), sum);
    }
    value = select(value + sum, sum, span == 0u);
  }
  return value;
}
