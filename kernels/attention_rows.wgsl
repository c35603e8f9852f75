// Paged attention, one workgroup a row and head, looping over the partitions of the row's context.
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
@group(0) @binding(3) var<storage, read> keys: array<packed4>;
@group(0) @binding(4) var<storage, read> values: array<packed4>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read> sequences: array<u32>;
@group(0) @binding(7) var<storage, read> block_tables: array<u32>;
@group(0) @binding(8) var<storage, read_write> out: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let row = group.y + params.skip_decodes * step.decode_rows;
  let context = positions[row] + 1u;
  let sequence = sequences[row];
  load_query(row, head, lane);
  var running = Running();
  for (var start = 0u; start < context; start += PARTITION) {
    let part = attend(sequence, head, start, context, lane);
    if (start == 0u) {
      running = part;
    } else {
      running = join(running, part);
    }
  }
  if (lane < params.dim4) {
    out[(row * params.heads + head) * params.dim4 + lane] = settle(running);
  }
}
