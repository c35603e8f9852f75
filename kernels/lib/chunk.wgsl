// The order in which every matrix product adds: K is cut into chunks of 32 elements. A chunk is one chain of fma over its
// elements; chunks are added first to last, each times its scale (1 unless the weight is quantised). The order depends
// on K alone, so every shape of product gives the same bits. Rows of weights are padded with zeros to whole chunks.
const CHUNK8 = 4u; // packed8s
