// Joins the partitions that attention_split left, in order; one workgroup a row and head.
struct Params {
  heads: u32,
  dim4: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> partials: array<vec4f>;
@group(0) @binding(4) var<storage, read> softmax: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;

fn part(at: u32, lane: u32) -> Running {
  let peak_mass = softmax[at];
  return Running(peak_mass.x, peak_mass.y, partials[at * params.dim4 + lane]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (lane >= params.dim4) {
    return;
  }
  let row_head = group.y * params.heads + group.x;
  let first = row_head * ((step.max_context + 63u) / 64u);
  let count = positions[group.y] / 64u + 1u;
  var running = part(first, lane);
  for (var i = 1u; i < count; i++) {
    running = join(running, part(first + i, lane));
  }
  out[row_head * params.dim4 + lane] = settle(running);
}
