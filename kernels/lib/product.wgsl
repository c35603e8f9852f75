// The order in which every matrix product adds: K is cut into chunks of 64 elements. Inside a chunk four chains of fma
// run over the elements of equal index mod 4; `sum4` adds the chains; chunk sums are added first to last. The order
// depends on K alone, so every shape of kernel gives the same bits.
const CHUNK = 16u; // vec4s

fn sum4(chains: vec4f) -> f32 {
  return (chains.x + chains.y) + (chains.z + chains.w);
}
