// Adds four chains of fma, which ran over the elements of equal index mod 4.
fn sum4(chains: vec4f) -> f32 {
  return (chains.x + chains.y) + (chains.z + chains.w);
}
