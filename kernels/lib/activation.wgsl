// The prelude fixes ACTIVATION, which leaves one branch to compile.
const NONE = 0u;
const SILU = 1u;
const GELU = 2u;
const GELU_TANH = 3u;
const RELU = 4u;

// Abramowitz and Stegun 7.1.26: absolute error below 1.5e-7.
fn erf(x: f32) -> f32 {
  let a = abs(x);
  let t = 1.0 / fma(0.3275911, a, 1.0);
  var p = fma(1.061405429, t, -1.453152027);
  p = fma(p, t, 1.421413741);
  p = fma(p, t, -0.284496736);
  p = fma(p, t, 0.254829592);
  return sign(x) * fma(-(p * t), exp(-(a * a)), 1.0);
}

fn activate(x: f32) -> f32 {
  switch (ACTIVATION) {
    case SILU: {
      // exp(-x) leaves f32 below -88, where silu is 0 to within 1e-36.
      return x / (1.0 + exp(min(-x, 88.0)));
    }
    case GELU: {
      return 0.5 * x * (1.0 + erf(x * 0.70710678));
    }
    case GELU_TANH: {
      // tanh is 1 to the last bit beyond 10; some drivers overflow in it.
      let inner = 0.79788456 * x * fma(0.044715 * x, x, 1.0);
      return 0.5 * x * (1.0 + tanh(clamp(inner, -10.0, 10.0)));
    }
    case RELU: {
      return max(x, 0.0);
    }
    default: {
      return x;
    }
  }
}
