// How attention cuts a context: into partitions of 64 positions, by absolute position alone. In a partition the weighted
// sum runs over four spans of 16 positions, which are then added in order. So a row's bits do not depend on its batch,
// its blocks or the kernel.
const PARTITION = 64u;
const SPAN = 16u;
const SPANS = 4u;
