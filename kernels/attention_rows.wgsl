// Paged attention, one workgroup for GROUP heads of ROWS rows that share a KV head, looping over the partitions of their
// contexts.
struct Params {
  heads: u32,
  kv_heads: u32,
  dim4: u32,
  block_size: u32,
  max_blocks: u32,
  skip_decodes: u32, // 1: begin after the decode rows, which attention_split serves
  scale: f32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> q: array<vec4f>;
@group(0) @binding(3) var<storage, read> keys: array<packed_keys>;
@group(0) @binding(4) var<storage, read> values: array<packed4>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read> sequences: array<u32>;
@group(0) @binding(7) var<storage, read> block_tables: array<u32>;
@group(0) @binding(8) var<storage, read_write> out: array<vec4f>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.y * ROWS + params.skip_decodes * step.decode_rows;
  let end = min(first + ROWS, step.rows);
  // Rows of one sequence at a time; where a tile has rows of two, each is served without the other.
  for (var row = first; row < end; row++) {
    if (row == first || sequences[row] != sequences[row - 1u]) {
      serve(row, end, group.x * GROUP, lane);
    }
  }
}

// The rows from `first` on, below `end`, that are of its sequence.
fn serve(first: u32, end: u32, head: u32, lane: u32) {
  var last = first;
  for (var row = first + 1u; row < end; row++) {
    if (sequences[row] == sequences[first] && last + 1u == row) {
      last = row;
    }
  }
  let queries = Queries(first, last, head);
  workgroupBarrier(); // The queries before these are done with.
  load_queries(queries, lane);
  var running: array<Running, QUERIES>;
  for (var start = 0u; start <= positions[last]; start += PARTITION) {
    let parts = attend(queries, sequences[first], start, lane);
    for (var j = 0u; j < QUERIES; j++) {
      if (start == 0u) {
        running[j] = parts[j];
      } else if (start < context_of(queries, j)) {
        running[j] = join(running[j], parts[j]);
      }
    }
  }
  if (lane < DIM4) {
    for (var j = 0u; j < QUERIES; j++) {
      out[pair_of(queries, j) * DIM4 + lane] = settle(running[j]);
    }
  }
}
