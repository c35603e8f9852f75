// Copies whole blocks inside one cache buffer; a column of workgroups for each (source, destination) pair.
struct Params {
  block_words2: u32, // pairs of words in a block
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> copies: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> cache: array<vec2u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.block_words2) {
    return;
  }
  let blocks = copies[id.y];
  cache[blocks.y * params.block_words2 + id.x] = cache[blocks.x * params.block_words2 + id.x];
}
