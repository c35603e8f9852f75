// Paged attention on matrix units: a workgroup serves GROUP heads of ROWS rows of one sequence, at most UNIT_M queries. A
// partition of K, then of V, is brought to workgroup memory as f16, so that the blocks of the cache are read once for all of
// them, in loads of up to 16 bytes side by side.
//
// As in product_matrix.wgsl, the unit's order is its own: q * scale, K, V and the weights are rounded to f16, and where this
// kernel is used it serves every row. A query's bits depend on its own row of the unit alone; partitions are joined as
// everywhere, in one workgroup or, split, in attention_merge.
struct Params {
  heads: u32,
  kv_heads: u32,
  dim4: u32,
  block_size: u32,
  max_blocks: u32,
  skip_decodes: u32, // 1: begin after the decode rows
  split: u32, // 1: a workgroup computes one partition, for attention_merge
  scale: f32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> q: array<vec4f>;
@group(0) @binding(3) var<storage, read> keys: array<packed_keys>;
@group(0) @binding(4) var<storage, read> values: array<packed_keys>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read> sequences: array<u32>;
@group(0) @binding(7) var<storage, read> block_tables: array<u32>;
@group(0) @binding(8) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> softmax: array<vec2f>;
@group(0) @binding(10) var<storage, read_write> out: array<vec4f>;

alias Left = subgroup_matrix_left<f16, UNIT_K, UNIT_M>;
alias Right = subgroup_matrix_right<f16, UNIT_N, UNIT_K>;
alias Result = subgroup_matrix_result<f32, UNIT_N, UNIT_M>;

const SUBGROUPS = 4u;
const WIDTH = SUBGROUPS * SUBGROUP_LANES; // lanes
const QUERIES = GROUP * ROWS;
// Vectors are padded with zeros to whole matrices. Two vec4s more than are used keep rows on different banks.
const ALIGNED4 = max(UNIT_N, UNIT_K) / 4u;
const PADDED4 = (DIM4 + ALIGNED4 - 1u) / ALIGNED4 * ALIGNED4;
const STRIDE = PADDED4 + 2u;
const PARTITION4 = PARTITION / 4u;
const WEIGHT_STRIDE = PARTITION4 + 2u;
// Lanes that share the walk over a query's weights, and vec4s of weights that each of them walks.
const WALKERS = WIDTH / UNIT_M;
const WALK4 = PARTITION4 / WALKERS;
const ITEMS = (QUERIES * DIM4 + WIDTH - 1u) / WIDTH; // vec4s of the queries' values, of a lane

var<workgroup> query: array<vec4h, UNIT_M * STRIDE>;
// K, then V.
var<workgroup> vectors: array<vec4h, PARTITION * STRIDE>;
var<workgroup> cache_rows: array<u32, PARTITION>;
var<workgroup> key_scales: array<f32, PARTITION>;
var<workgroup> value_scales: array<f32, PARTITION>;
// Scores [query, position], then values [query, element].
var<workgroup> results: array<vec4f, UNIT_M * max(PARTITION4, PADDED4)>;
var<workgroup> weights: array<vec4h, UNIT_M * WEIGHT_STRIDE>;
var<workgroup> walked: array<f32, WIDTH>;
var<workgroup> peaks: array<f32, UNIT_M>;
var<workgroup> masses: array<f32, UNIT_M>;

// What is no number counts as 0 and what is beyond f16 as its largest: 0 times what a query does not see has to be 0.
fn half4(numbers: vec4f) -> vec4h {
  let is_nan = (bitcast<vec4u>(numbers) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
  return vec4h(select(clamp(numbers, vec4f(-65504.0), vec4f(65504.0)), vec4f(), is_nan));
}

fn load_queries(queries: Queries, lane: u32) {
  for (var i = lane; i < UNIT_M * PADDED4; i += WIDTH) {
    let j = i / PADDED4;
    let d = i % PADDED4;
    var numbers = vec4f();
    if (j < QUERIES && d < DIM4) {
      numbers = q[pair_of(queries, j) * DIM4 + d] * params.scale;
    }
    query[j * STRIDE + d] = half4(numbers);
  }
}

// Where the vectors of `count` positions from `start` on lie.
fn locate(sequence: u32, kv_head: u32, start: u32, count: u32, lane: u32) {
  for (var i = lane; i < count; i += WIDTH) {
    let position = start + i;
    let block = block_tables[sequence * params.max_blocks + position / params.block_size];
    let slot = block * params.block_size + position % params.block_size;
    cache_rows[i] = cache_row(slot, kv_head);
    if (KV_SCALES) {
      let scale = scale_place(slot, kv_head);
      key_scales[i] = kv_scale(packed4_of(keys[scale], 0u));
      value_scales[i] = kv_scale(packed4_of(values[scale], 0u));
    }
  }
}

// K of `count` positions, or V.
fn load_vectors(of_values: bool, count: u32, lane: u32) {
  for (var i = lane; i < PARTITION * PADDED4 / KEYS4; i += WIDTH) {
    let position = i * KEYS4 / PADDED4;
    let d = i * KEYS4 % PADDED4;
    var bits = packed_keys();
    var scale = 1.0;
    if (position < count && d < DIM4) {
      let at = (cache_rows[position] + d) / KEYS4;
      if (of_values) {
        bits = values[at];
      } else {
        bits = keys[at];
      }
      if (KV_SCALES) {
        scale = select(key_scales[position], value_scales[position], of_values);
      }
    }
    for (var part = 0u; part < KEYS4; part++) {
      vectors[position * STRIDE + d + part] = half4(unpack4(packed4_of(bits, part)) * scale);
    }
  }
}

// Positions [start, start + 64) of the sequence: `results` gets each query's weighted values, `peaks` and `masses` what
// belongs to them. Call in uniform control flow.
fn attend(queries: Queries, sequence: u32, start: u32, lane: u32, subgroup: u32) {
  let count = min(PARTITION, positions[queries.last] + 1u - start);
  locate(sequence, queries.head / (params.heads / params.kv_heads), start, count, lane);
  workgroupBarrier();
  load_vectors(false, count, lane);
  workgroupBarrier();
  for (var column = subgroup * UNIT_N; column < PARTITION; column += SUBGROUPS * UNIT_N) {
    var scores = Result();
    for (var d = 0u; d < PADDED4; d += UNIT_K / 4u) {
      let left = subgroupMatrixLoad<Left, row_major>(&query, d, STRIDE);
      let right = subgroupMatrixLoad<Right, col_major>(&vectors, column * STRIDE + d, STRIDE);
      scores = subgroupMatrixMultiplyAccumulate(left, right, scores);
    }
    subgroupMatrixStore<row_major>(&results, column / 4u, scores, PARTITION4);
  }
  workgroupBarrier();
  load_vectors(true, count, lane);
  weigh(queries, start, lane);
  for (var column = subgroup * UNIT_N; column < PADDED4 * 4u; column += SUBGROUPS * UNIT_N) {
    var sums = Result();
    for (var i = 0u; i < PARTITION; i += UNIT_K) {
      let left = subgroupMatrixLoad<Left, row_major>(&weights, i / 4u, WEIGHT_STRIDE);
      let right = subgroupMatrixLoad<Right, row_major>(&vectors, i * STRIDE + column / 4u, STRIDE);
      sums = subgroupMatrixMultiplyAccumulate(left, right, sums);
    }
    subgroupMatrixStore<row_major>(&results, column / 4u, sums, PADDED4);
  }
  workgroupBarrier();
}

// Scores become weights. WALKERS lanes walk over a query's, each over neighbours, and their outcomes are joined in order.
fn weigh(queries: Queries, start: u32, lane: u32) {
  let j = lane / WALKERS;
  let begin4 = lane % WALKERS * WALK4;
  let context = select(0u, positions[row_of(queries, j)] + 1u, j < QUERIES);
  let seen = min(PARTITION, max(context, start) - start);
  var highest = -0x1p127;
  for (var i4 = begin4; i4 < begin4 + WALK4; i4++) {
    let scores = select(vec4f(-0x1p127), results[j * PARTITION4 + i4], places(i4) < vec4u(seen));
    highest = max(highest, max(max(scores.x, scores.y), max(scores.z, scores.w)));
  }
  walked[lane] = highest;
  workgroupBarrier();
  for (var walker = 0u; walker < WALKERS; walker++) {
    highest = max(highest, walked[j * WALKERS + walker]);
  }
  workgroupBarrier();
  var mass = 0.0;
  for (var i4 = begin4; i4 < begin4 + WALK4; i4++) {
    let distances = results[j * PARTITION4 + i4] - vec4f(highest);
    let rounded = vec4h(select(vec4f(), exp(distances), places(i4) < vec4u(seen)));
    weights[j * WEIGHT_STRIDE + i4] = rounded;
    let numbers = vec4f(rounded);
    mass += (numbers.x + numbers.y) + (numbers.z + numbers.w);
  }
  walked[lane] = mass;
  workgroupBarrier();
  if (lane % WALKERS == 0u) {
    var total = walked[lane];
    for (var walker = 1u; walker < WALKERS; walker++) {
      total += walked[lane + walker];
    }
    peaks[j] = highest;
    masses[j] = total;
  }
  workgroupBarrier();
}

fn places(i4: u32) -> vec4u {
  return i4 * 4u + vec4u(0u, 1u, 2u, 3u);
}

@compute @workgroup_size(WIDTH)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let first = group.y * ROWS + params.skip_decodes * step.decode_rows;
  let end = min(first + ROWS, step.rows);
  // Rows of one sequence at a time; where a tile has rows of two, each is served without the other.
  for (var row = first; row < end; row++) {
    if (row == first || sequences[row] != sequences[row - 1u]) {
      serve(row, end, group, groups.z, lane, subgroup);
    }
  }
}

// The rows from `first` on, below `end`, that are of its sequence.
fn serve(first: u32, end: u32, group: vec3u, partitions: u32, lane: u32, subgroup: u32) {
  var last = first;
  for (var row = first + 1u; row < end; row++) {
    if (sequences[row] == sequences[first] && last + 1u == row) {
      last = row;
    }
  }
  let queries = Queries(first, last, group.x * GROUP);
  workgroupBarrier(); // The queries before these are done with.
  load_queries(queries, lane);
  var running: array<Running, ITEMS>;
  // Split, one turn with the workgroup's own partition, if the context reaches it.
  let stop = select(positions[last] + 1u, min(positions[last] + 1u, (group.z + 1u) * PARTITION), params.split == 1u);
  for (var start = group.z * PARTITION; start < stop; start += PARTITION) {
    attend(queries, sequences[first], start, lane, subgroup);
    for (var item = 0u; item < ITEMS; item++) {
      let i = item * WIDTH + lane;
      let j = i / DIM4;
      if (j < QUERIES) {
        let part = Running(peaks[j], masses[j], results[j * PADDED4 + i % DIM4]);
        if (params.split == 1u) {
          let at = pair_of(queries, j) * partitions + group.z;
          partials[at * DIM4 + i % DIM4] = part.value;
          softmax[at] = vec2f(part.peak, part.mass);
        } else if (start == 0u) {
          running[item] = part;
        } else if (start <= positions[row_of(queries, j)]) {
          running[item] = join(running[item], part);
        }
      }
    }
    workgroupBarrier();
  }
  if (params.split == 0u) {
    for (var item = 0u; item < ITEMS; item++) {
      let i = item * WIDTH + lane;
      let j = i / DIM4;
      if (j < QUERIES && first + j / GROUP <= last) {
        out[pair_of(queries, j) * DIM4 + i % DIM4] = settle(running[item]);
      }
    }
  }
}
