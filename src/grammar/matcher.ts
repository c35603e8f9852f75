import type { TokenMatcher } from "../contracts/grammar.ts";
import { STATE_WORDS } from "./protocol.ts";

/** Where a matcher's tokens go. */
export interface Follower {
  accept(matcher: Matcher, tokenId: number): void;
  close(matcher: Matcher): void;
}

/** This side of a matcher: the worker writes into the memory they share. */
export class Matcher implements TokenMatcher {
  readonly id: number;
  readonly shared: SharedArrayBuffer;
  readonly tokenIds: number[] = [];
  readonly #follower: Follower;
  readonly #state: Int32Array;
  readonly #mask: Uint32Array;
  #waiting: (() => void)[] = [];
  #failure: string | null = null;

  constructor(id: number, vocabSize: number, follower: Follower) {
    this.id = id;
    this.shared = new SharedArrayBuffer(4 * (STATE_WORDS + Math.ceil(vocabSize / 32)));
    this.#state = new Int32Array(this.shared);
    this.#mask = new Uint32Array(this.shared, 4 * STATE_WORDS);
    this.#follower = follower;
  }

  get mask(): Uint32Array | null {
    if (this.#failure !== null) return new Uint32Array(this.#mask.length);
    return Atomics.load(this.#state, 0) === this.tokenIds.length + 1 ? this.#mask : null;
  }

  get failure(): string | null {
    return this.#failure;
  }

  accept(tokenId: number): void {
    this.tokenIds.push(tokenId);
    this.#follower.accept(this, tokenId);
  }

  ready(): Promise<void> {
    if (this.#failure !== null || this.mask !== null) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#follower.close(this);
    this.settle();
  }

  fail(reason: string): void {
    this.#failure = reason;
    this.settle();
  }

  /** Whoever waits looks again. */
  settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
