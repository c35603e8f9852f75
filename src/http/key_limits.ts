import { ApiError } from "./errors.ts";

/** What one API key may do; 0: no limit. */
export interface KeyLimits {
  readonly requestsPerMinute: number;
  readonly concurrentRequests: number;
}

/** One key's bucket of requests, refilled evenly, and how many of them are being answered. */
interface Account {
  tokens: number;
  filledAt: number;
  running: number;
}

/**
 * Rate and concurrency of each API key. A key that was quiet for a minute may send a minute's requests at once. There
 * are no limits by address: a proxy hides thousands behind one, and IPv6 gives one client more than anyone can count.
 */
export class KeyLimiter {
  readonly #limits: KeyLimits;
  readonly #now: () => number;
  readonly #accounts: Account[];

  /** `now` in milliseconds. */
  constructor(keys: number, limits: KeyLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#accounts = Array.from({ length: keys }, () => ({
      tokens: limits.requestsPerMinute,
      filledAt: now(),
      running: 0,
    }));
  }

  /** Counts a request of key number `key`; the function returned says that it has ended. Throws a 429 with Retry-After. */
  admit(key: number): () => void {
    const account = this.#accounts[key]!;
    const { requestsPerMinute, concurrentRequests } = this.#limits;
    if (concurrentRequests > 0 && account.running >= concurrentRequests) {
      const message = `This API key has ${account.running} requests running, the most it may have`;
      throw tooMany(message, "concurrency_limit_exceeded", 1);
    }
    if (requestsPerMinute > 0) {
      const perMs = requestsPerMinute / 60_000;
      const now = this.#now();
      account.tokens = Math.min(requestsPerMinute, account.tokens + (now - account.filledAt) * perMs);
      account.filledAt = now;
      if (account.tokens < 1) {
        const seconds = Math.ceil((1 - account.tokens) / perMs / 1000);
        const message = `This API key may send ${requestsPerMinute} requests a minute; the next one in ${seconds} s`;
        throw tooMany(message, "rate_limit_exceeded", seconds);
      }
      account.tokens--;
    }
    account.running++;
    return () => {
      account.running--;
    };
  }
}

function tooMany(message: string, code: string, seconds: number): ApiError {
  return new ApiError(429, message, { code, headers: { "retry-after": String(seconds) } });
}
