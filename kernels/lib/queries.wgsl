// Queries that share a KV head: of rows [first, last] and heads [head, head + GROUP), those beyond the last row repeat it.
// Uses the kernel's params.
struct Queries {
  first: u32,
  last: u32,
  head: u32,
}

fn row_of(queries: Queries, j: u32) -> u32 {
  return min(queries.first + j / GROUP, queries.last);
}

fn pair_of(queries: Queries, j: u32) -> u32 {
  return row_of(queries, j) * params.heads + queries.head + j % GROUP;
}
