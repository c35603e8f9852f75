// Attention over one partition by a workgroup of 64 lanes, of the queries that share a KV head: GROUP heads of ROWS rows of
// one sequence, which load K and V once for all of them. Uses the kernel's params, q, keys, values, positions and
// block_tables.
const WIDTH = 64u; // lanes
const QUERIES = GROUP * ROWS;
const ITEMS = (DIM4 * SPANS + WIDTH - 1u) / WIDTH; // spans of a vec4 of the value, of a lane

var<workgroup> query: array<vec4f, QUERIES * DIM4>;
var<workgroup> cache_rows: array<u32, PARTITION>;
var<workgroup> value_scales: array<f32, PARTITION>;
var<workgroup> weights: array<array<f32, PARTITION>, QUERIES>;
var<workgroup> peaks: array<f32, QUERIES>;
var<workgroup> masses: array<f32, QUERIES>;
var<workgroup> span_sums: array<vec4f, ITEMS * WIDTH>;

fn context_of(queries: Queries, j: u32) -> u32 {
  return positions[row_of(queries, j)] + 1u;
}

// Loads q * scale; the first barrier in `attend` publishes it.
fn load_queries(queries: Queries, lane: u32) {
  for (var item = lane; item < QUERIES * DIM4; item += WIDTH) {
    query[item] = q[pair_of(queries, item / DIM4) * DIM4 + item % DIM4] * params.scale;
  }
}

// Positions [start, start + 64) that each query sees, of which there is one at least for the last row. Lanes below DIM4 get
// their vec4 of each query's value. Call in uniform control flow.
fn attend(queries: Queries, sequence: u32, start: u32, lane: u32) -> array<Running, QUERIES> {
  let count = min(PARTITION, context_of(queries, QUERIES - 1u) - start);
  workgroupBarrier();
  if (lane < count) {
    let position = start + lane;
    let block = block_tables[sequence * params.max_blocks + position / params.block_size];
    let slot = block * params.block_size + position % params.block_size;
    let kv_head = queries.head / (params.heads / params.kv_heads);
    let row = cache_row(slot, kv_head);
    var chains = array<vec4f, QUERIES>();
    // Not DIM4: unrolled, the first fma of a chain loses its addend of 0 and is fused anew, to other bits.
    for (var i = 0u; i < params.dim4; i += KEYS4) {
      let bits = keys[(row + i) / KEYS4];
      for (var part = 0u; part < KEYS4; part++) {
        let k = unpack4(packed4_of(bits, part));
        for (var j = 0u; j < QUERIES; j++) {
          chains[j] = fma(query[j * DIM4 + i + part], k, chains[j]);
        }
      }
    }
    var key_scale = 1.0;
    if (KV_SCALES) {
      let scale = scale_place(slot, kv_head);
      key_scale = kv_scale(packed4_of(keys[scale], 0u));
      value_scales[lane] = kv_scale(values[scale]);
    }
    cache_rows[lane] = row;
    for (var j = 0u; j < QUERIES; j++) {
      weights[j][lane] = sum4(chains[j]) * key_scale;
    }
  }
  workgroupBarrier();
  // One lane a query walks the positions: the others would only repeat it.
  let walk = select(0u, seen_by(queries, min(lane, QUERIES - 1u), start), lane < QUERIES);
  if (lane < QUERIES) {
    var highest = weights[lane][0];
    for (var i = 1u; i < walk; i++) {
      highest = max(highest, weights[lane][i]);
    }
    peaks[lane] = highest;
  }
  workgroupBarrier();
  for (var item = lane; item < QUERIES * PARTITION; item += WIDTH) {
    let j = item / PARTITION;
    weights[j][lane] = exp(weights[j][lane] - peaks[j]);
  }
  workgroupBarrier();
  if (lane < QUERIES) {
    var sum = weights[lane][0];
    for (var i = 1u; i < walk; i++) {
      sum += weights[lane][i];
    }
    masses[lane] = sum;
  }
  var sums: array<array<vec4f, ITEMS>, QUERIES>;
  for (var item = 0u; item < ITEMS; item++) {
    let place = item * WIDTH + lane;
    let begin = place / DIM4 * SPAN;
    let end = min(begin + SPAN, count);
    for (var j = 0u; j < QUERIES; j++) {
      sums[j][item] = vec4f();
    }
    for (var i = begin; i < end; i++) {
      let v = unpack4(values[cache_rows[i] + place % DIM4]);
      for (var j = 0u; j < QUERIES; j++) {
        let weight = select(weights[j][i], weights[j][i] * value_scales[i], KV_SCALES);
        let next = fma(vec4f(weight), v, sums[j][item]);
        // A row must not see what a later one of its tile made of its value, which may not be finite.
        sums[j][item] = select(sums[j][item], next, ROWS == 1u || i < seen_by(queries, j, start));
      }
    }
  }
  var parts: array<Running, QUERIES>;
  for (var j = 0u; j < QUERIES; j++) {
    workgroupBarrier();
    for (var item = 0u; item < ITEMS; item++) {
      span_sums[item * WIDTH + lane] = sums[j][item];
    }
    workgroupBarrier();
    let d = min(lane, DIM4 - 1u);
    var value = span_sums[d];
    for (var span = 1u; span < SPANS; span++) {
      value += span_sums[span * DIM4 + d];
    }
    parts[j] = Running(peaks[j], masses[j], value);
  }
  return parts;
}

// Positions of the partition that the query sees.
fn seen_by(queries: Queries, j: u32, start: u32) -> u32 {
  let context = context_of(queries, j);
  return min(PARTITION, max(context, start) - start);
}
