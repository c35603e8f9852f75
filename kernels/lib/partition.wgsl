// Attention of one query head over one partition, by a workgroup of 64 lanes.
// Uses the kernel's params, q, keys, values and block_tables.

var<workgroup> query: array<vec4f, MAX_DIM4>;
var<workgroup> cache_rows: array<u32, PARTITION>;
var<workgroup> weights: array<f32, PARTITION>;
var<workgroup> value_scales: array<f32, PARTITION>;
var<workgroup> peak: f32;
var<workgroup> mass: f32;
var<workgroup> span_sums: array<vec4f, 256>;

// Loads q * scale of this row and head; the first barrier in `attend` publishes it.
fn load_query(row: u32, head: u32, lane: u32) {
  if (lane < params.dim4) {
    query[lane] = q[(row * params.heads + head) * params.dim4 + lane] * params.scale;
  }
}

// Positions [start, min(start + 64, context)) of sequence `sequence`. Lanes below dim4 get their vec4 of the value.
fn attend(sequence: u32, head: u32, start: u32, context: u32, lane: u32) -> Running {
  let dim4 = params.dim4;
  let count = min(PARTITION, context - start);
  workgroupBarrier();
  if (lane < count) {
    let position = start + lane;
    let block = block_tables[sequence * params.max_blocks + position / params.block_size];
    let slot = block * params.block_size + position % params.block_size;
    let kv_head = head / (params.heads / params.kv_heads);
    let row = cache_row(slot, kv_head);
    var chains = vec4f();
    for (var i = 0u; i < dim4; i++) {
      chains = fma(query[i], unpack4(keys[row + i]), chains);
    }
    var score = sum4(chains);
    if (KV_SCALES) {
      let scale = scale_place(slot, kv_head);
      score *= kv_scale(keys[scale]);
      value_scales[lane] = kv_scale(values[scale]);
    }
    cache_rows[lane] = row;
    weights[lane] = score;
  }
  workgroupBarrier();
  // Lane 0 alone walks the positions: the others would only repeat it, which on a CPU is not free.
  let walk = select(0u, count, lane == 0u);
  var highest = weights[0];
  for (var i = 1u; i < walk; i++) {
    highest = max(highest, weights[i]);
  }
  if (lane == 0u) {
    peak = highest;
  }
  workgroupBarrier();
  if (lane < count) {
    weights[lane] = exp(weights[lane] - peak);
  }
  workgroupBarrier();
  var sum_of_weights = weights[0];
  for (var i = 1u; i < walk; i++) {
    sum_of_weights += weights[i];
  }
  if (lane == 0u) {
    mass = sum_of_weights;
  }
  for (var item = lane; item < dim4 * SPANS; item += 64u) {
    let begin = item / dim4 * SPAN;
    let end = min(begin + SPAN, count);
    var sum = vec4f();
    for (var i = begin; i < end; i++) {
      let weight = select(weights[i], weights[i] * value_scales[i], KV_SCALES);
      sum = fma(vec4f(weight), unpack4(values[cache_rows[i] + item % dim4]), sum);
    }
    span_sums[item] = sum;
  }
  workgroupBarrier();
  var value = vec4f();
  if (lane < dim4) {
    value = span_sums[lane];
    for (var span = 1u; span < SPANS; span++) {
      value += span_sums[span * dim4 + lane];
    }
  }
  return Running(peak, mass, value);
}
