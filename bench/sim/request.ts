/** One request of a workload. Its output is fixed in advance, so that every policy serves the same tokens. */
export interface SimRequest {
  readonly id: number;
  /** Seconds since the start of the trace; workloads are sorted by it. */
  readonly arrival: number;
  readonly promptLength: number;
  readonly outputLength: number;
  /** The prompt's token ids; made on demand, since long traces would not fit in memory otherwise. */
  prompt(): Uint32Array;
  /** The i-th token of the answer. */
  output(i: number): number;
}

/** A token that two (stream, position) pairs share only by chance: prompts of different streams have nothing in common. */
export function tokenAt(stream: number, position: number): number {
  let h = Math.imul(stream + 1, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** `length` tokens of a stream, from position `start`. */
export function streamTokens(stream: number, start: number, length: number): Uint32Array {
  const tokens = new Uint32Array(length);
  for (let i = 0; i < length; i++) tokens[i] = tokenAt(stream, start + i);
  return tokens;
}

/** A request whose prompt nobody else has. */
export function independentRequest(
  id: number,
  arrival: number,
  promptLength: number,
  outputLength: number,
): SimRequest {
  return {
    id,
    arrival,
    promptLength,
    outputLength,
    prompt: () => streamTokens(id, 0, promptLength),
    output: (i) => tokenAt(id, promptLength + i),
  };
}
