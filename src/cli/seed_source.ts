/** Seeds for requests that name none: random ones, or with a server seed a fixed series of them. */
export function seedSource(serverSeed: number | undefined): () => bigint {
  if (serverSeed === undefined) return () => crypto.getRandomValues(new BigUint64Array(1))[0]!;
  let request = 0n;
  return () => BigInt.asUintN(64, (BigInt(serverSeed) << 32n) ^ (request++ * 0x9e3779b97f4a7c15n));
}
