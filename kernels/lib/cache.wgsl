// Where the vector of a slot and KV head lies in a layer's K or V cache, in packed4s. The vectors of a block are slot-major;
// in an int8 cache the block's scales follow them, one word a vector. Uses the kernel's params.
fn cache_row(slot: u32, kv_head: u32) -> u32 {
  let vector = slot * params.kv_heads + kv_head;
  let scales = slot / params.block_size * params.block_size * params.kv_heads;
  return vector * params.dim4 + select(0u, scales, KV_SCALES);
}

fn scale_place(slot: u32, kv_head: u32) -> u32 {
  let vectors = (slot / params.block_size + 1u) * params.block_size * params.kv_heads;
  return vectors * params.dim4 + slot * params.kv_heads + kv_head;
}
