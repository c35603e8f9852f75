// Splits qkv: q is rotated into its own buffer, k is rotated and v copied into the row's KV slot. A lane turns two
// neighbouring pairs (i, i + half) and (i + 1, i + 1 + half), because packed caches hold two elements to a word.
struct Params {
  heads: u32,
  kv_heads: u32,
  head_dim: u32,
  rotate: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> qkv: array<vec2f>;
@group(0) @binding(3) var<storage, read> positions: array<u32>;
@group(0) @binding(4) var<storage, read> slots: array<u32>;
@group(0) @binding(5) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> q: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> keys: array<packed2>;
@group(0) @binding(8) var<storage, read_write> values: array<packed2>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let quarter = params.head_dim / 4u; // half of half a head, in vec2s
  let head = id.x / quarter;
  let i = id.x % quarter;
  let heads = params.heads + 2u * params.kv_heads;
  if (head >= heads) {
    return;
  }
  let dim2 = params.head_dim / 2u;
  let start = (row * heads + head) * dim2 + i;
  var low = qkv[start];
  var high = qkv[start + quarter];
  if (params.rotate == 1u && head < params.heads + params.kv_heads) {
    let turn = positions[row] * dim2 + i;
    let cosine = rotation[turn];
    let sine = rotation[turn + quarter];
    let turned = fma(low, cosine, -(high * sine));
    high = fma(high, cosine, low * sine);
    low = turned;
  }
  if (head < params.heads) {
    let to = (row * params.heads + head) * dim2 + i;
    q[to] = low;
    q[to + quarter] = high;
  } else if (head < params.heads + params.kv_heads) {
    let to = (slots[row] * params.kv_heads + head - params.heads) * dim2 + i;
    keys[to] = pack2(low);
    keys[to + quarter] = pack2(high);
  } else {
    let to = (slots[row] * params.kv_heads + head - params.heads - params.kv_heads) * dim2 + i;
    values[to] = pack2(low);
    values[to + quarter] = pack2(high);
  }
}
