// Paged attention of the decode rows, one workgroup a partition, row and GROUP heads that share a KV head; attention_merge
// joins the partitions.
// With few rows this keeps a GPU busy where attention_rows would leave most of it idle.
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
@group(0) @binding(3) var<storage, read> keys: array<packed_keys>;
@group(0) @binding(4) var<storage, read> values: array<packed4>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read> sequences: array<u32>;
@group(0) @binding(7) var<storage, read> block_tables: array<u32>;
@group(0) @binding(8) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> softmax: array<vec2f>;

@compute @workgroup_size(WIDTH)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.z;
  let start = group.x * PARTITION;
  if (start > positions[row]) {
    return;
  }
  let queries = Queries(row, row, group.y * GROUP);
  load_queries(queries, lane);
  let parts = attend(queries, sequences[row], start, lane);
  for (var j = 0u; j < GROUP; j++) {
    let at = pair_of(queries, j) * groups.x + group.x;
    if (lane < DIM4) {
      partials[at * DIM4 + lane] = parts[j].value;
    }
    if (lane == 0u) {
      softmax[at] = vec2f(parts[j].peak, parts[j].mass);
    }
  }
}
