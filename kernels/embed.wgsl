// out[r] = table[token + offset], or out[r] += it, where token is ids[r] or the sample of the last step that it refers to. A
// table larger than one binding is walked slice by slice: each dispatch serves the rows whose entry lies in
// [first, first + count).
struct Params {
  width4: u32,
  stride: u32, // packed8s of an entry, all that it holds counted
  scales: u32, // packed8 of an entry at which its scales begin
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
@group(0) @binding(4) var<storage, read> table: array<packed8>;
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
  if (2u * column >= params.width4 || entry < params.first || entry >= params.first + params.count) {
    return;
  }
  let start = (params.base + entry - params.first) * params.stride;
  let values = unpack8(table[start + column]);
  var scale = 1.0;
  if (HAS_SCALES) {
    let chunk = column / CHUNK8;
    scale = scale_in(table[start + params.scales + chunk / SCALES], chunk);
  }
  let at = row * params.width4 + 2u * column;
  write(at, scale * vec4f(values[0], values[1], values[2], values[3]));
  if (2u * column + 1u < params.width4) {
    write(at + 1u, scale * vec4f(values[4], values[5], values[6], values[7]));
  }
}

fn write(at: u32, value: vec4f) {
  if (params.add == 1u) {
    out[at] += value;
  } else {
    out[at] = value;
  }
}
