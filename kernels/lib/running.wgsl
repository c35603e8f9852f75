// Softmax-weighted values of some positions: `value` and `mass` are sums of exp(score - peak) times v, and of it alone.
struct Running {
  peak: f32,
  mass: f32,
  value: vec4f,
}

// Joins the next partition to those before it. Partitions are joined first to last by every kernel.
fn join(before: Running, next: Running) -> Running {
  let peak = max(before.peak, next.peak);
  let old = exp(before.peak - peak);
  let fresh = exp(next.peak - peak);
  return Running(
    peak,
    fma(before.mass, old, next.mass * fresh),
    fma(before.value, vec4f(old), next.value * fresh),
  );
}

fn settle(running: Running) -> vec4f {
  return running.value / running.mass;
}
