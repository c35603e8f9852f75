// Counter-based noise: the same (seed, position, token) gives the same bits on every device, whatever else runs.
// pcg4d: Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020.
fn pcg4d(counter: vec4u) -> vec4u {
  var v = counter * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}

// A uniform number in [2^-32, 1): 32 bits deep where it is small, 24 bits where it is not, and always exact in f32.
fn uniform_of(bits: u32) -> f32 {
  if (bits < 0x1000000u) {
    return f32(max(bits, 1u)) * 0x1p-32;
  }
  return f32(bits >> 8u) * 0x1p-24;
}

// An exponentially distributed number, -log(1 - u). WGSL's log is only good to 2^-21 near 1, and small numbers decide
// the race, so there the series of -log(1 - u) is used.
fn exponential(u: f32) -> f32 {
  if (u >= 0.0625) {
    return -log(1.0 - u);
  }
  var series = fma(u, 1.0 / 7.0, 1.0 / 6.0);
  series = fma(series, u, 0.2);
  series = fma(series, u, 0.25);
  series = fma(series, u, 1.0 / 3.0);
  series = fma(series, u, 0.5);
  return fma(series * u, u, u);
}
