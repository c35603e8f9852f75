// out[r] = table[token + offset], or out[r] += it, where token is ids[r] or the sample of the last step that it refers to. A
// table larger than one binding is walked slice by slice: each dispatch serves the rows whose entry lies in
// [first, first + count).
struct Params {
  width4: u32,
  stride: u32, // packed4s of an entry, zeros at its end counted
  offset: u32,
  first: u32,
  count: u32,
  base: u32, // row of the binding that holds entry `first`
  add: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read> sampled: array<u32>;
@group(0) @binding(4) var<storage, read> table: array<packed4>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;

const SAMPLED = 0x80000000u; // src/contracts/runner.ts

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  var token = ids[row];
  if (token >= SAMPLED) {
    token = sampled[token - SAMPLED];
  }
  let entry = token + params.offset;
  if (column >= params.width4 || entry < params.first || entry >= params.first + params.count) {
    return;
  }
  let value = unpack4(table[(params.base + entry - params.first) * params.stride + column]);
  let at = row * params.width4 + column;
  if (params.add == 1u) {
    out[at] += value;
  } else {
    out[at] = value;
  }
}
