// Eight elements of a row of x, for every lane of a subgroup of four or more: a lane loads two.
fn eight(begin: u32, k: u32, place: u32) -> array<f32, 8> {
  let low = x[begin + min(k + place % 4u, params.inputs - 1u)];
  let high = x[begin + min(k + 4u + place % 4u, params.inputs - 1u)];
  return array<f32, 8>(
    subgroupBroadcast(low, 0u),
    subgroupBroadcast(low, 1u),
    subgroupBroadcast(low, 2u),
    subgroupBroadcast(low, 3u),
    subgroupBroadcast(high, 0u),
    subgroupBroadcast(high, 1u),
    subgroupBroadcast(high, 2u),
    subgroupBroadcast(high, 3u),
  );
}
