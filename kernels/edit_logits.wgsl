// Bias, bars and penalties of a row's listed tokens, in place: the list is short where the vocabulary is long. What the
// logits were is kept, and a second run with `undo` puts it back. One workgroup a row.
struct Params {
  vocab: u32,
  undo: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> sampling: array<vec4u>; // four a row; src/contracts/runner.ts
@group(0) @binding(3) var<storage, read> edits: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> logits: array<u32>; // f32 bits
@group(0) @binding(5) var<storage, read_write> originals: array<u32>;

const LANES = 64u;
const BARRED = 0xff800000u; // -inf
const EXPONENT = 0x7f800000u;

fn is_finite(bits: u32) -> bool {
  return (bits & EXPONENT) != EXPONENT;
}

fn biased(bits: u32, bias: u32) -> u32 {
  if (bias == BARRED) {
    return BARRED;
  }
  return select(bits, bitcast<u32>(bitcast<f32>(bits) + bitcast<f32>(bias)), is_finite(bits));
}

fn penalised(bits: u32, penalties: vec4f, count: u32) -> u32 {
  if (!is_finite(bits)) {
    return bits;
  }
  var logit = bitcast<f32>(bits);
  logit = select(logit * penalties.x, logit / penalties.x, logit > 0.0);
  logit -= penalties.y * f32(count);
  return bitcast<u32>(select(logit, logit - penalties.z, count > 0u));
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let penalties = bitcast<vec4f>(sampling[group.y * 4u + 2u]);
  let lists = sampling[group.y * 4u + 3u];
  let first = group.y * params.vocab;
  let seen = lists.y + lists.z;
  let end = seen + lists.w;

  if (params.undo == 1u) {
    for (var i = seen + lane; i < end; i += LANES) {
      logits[first + edits[i].x] = originals[i];
    }
    storageBarrier();
    for (var i = lists.y + lane; i < seen; i += LANES) {
      logits[first + edits[i].x] = originals[i];
    }
    return;
  }
  for (var i = lists.y + lane; i < seen; i += LANES) {
    let at = first + edits[i].x;
    originals[i] = logits[at];
    logits[at] = biased(logits[at], edits[i].y);
  }
  storageBarrier();
  for (var i = seen + lane; i < end; i += LANES) {
    let at = first + edits[i].x;
    originals[i] = logits[at];
    logits[at] = penalised(logits[at], penalties, edits[i].y);
  }
}
