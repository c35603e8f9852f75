// Eight elements of a row of x, for every lane of a subgroup of eight or more: a lane loads one.
fn eight(begin: u32, k: u32, place: u32) -> array<f32, 8> {
  let v = x[begin + min(k + place % 8u, params.inputs - 1u)];
  return array<f32, 8>(
    subgroupBroadcast(v, 0u),
    subgroupBroadcast(v, 1u),
    subgroupBroadcast(v, 2u),
    subgroupBroadcast(v, 3u),
    subgroupBroadcast(v, 4u),
    subgroupBroadcast(v, 5u),
    subgroupBroadcast(v, 6u),
    subgroupBroadcast(v, 7u),
  );
}
