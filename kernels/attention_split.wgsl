// Paged attention of the decode rows, one workgroup a partition, row and head; attention_merge joins the partitions.
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
@group(0) @binding(3) var<storage, read> keys: array<packed4>;
@group(0) @binding(4) var<storage, read> values: array<packed4>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read> sequences: array<u32>;
@group(0) @binding(7) var<storage, read> block_tables: array<u32>;
@group(0) @binding(8) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> softmax: array<vec2f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let head = group.y;
  let row = group.z;
  let start = group.x * PARTITION;
  let context = positions[row] + 1u;
  if (start >= context) {
    return;
  }
  load_query(row, head, lane);
  let part = attend(sequences[row], head, start, context, lane);
  let at = (row * params.heads + head) * groups.x + group.x;
  if (lane < params.dim4) {
    partials[at * params.dim4 + lane] = part.value;
  }
  if (lane == 0u) {
    softmax[at] = vec2f(part.peak, part.mass);
  }
}
