import { EngineError } from "../contracts/generation.ts";
import type { Grammar, GrammarSource, Grammars } from "../contracts/grammar.ts";
import { GrammarThread, type ThreadLimits } from "./grammar_thread.ts";
import { sourceKey } from "./prepare.ts";
import type { Vocabulary } from "./protocol.ts";

export interface GrammarLimits extends ThreadLimits {
  /** Worker threads, each with the vocabulary and the grammars compiled there. */
  readonly threads: number;
  /** Compiled grammars that are kept. */
  readonly kept: number;
  /** Of a worker's heap: beyond it, the worker is left as soon as nobody needs it. */
  readonly heapBytes: number;
  /** Grammars that may wait to be compiled. */
  readonly waiting: number;
}

export const DEFAULT_LIMITS: GrammarLimits = {
  threads: 2,
  kept: 64,
  heapBytes: 512 * 1024 * 1024,
  waiting: 64,
  compileMs: 30_000,
  maskMs: 10_000,
};

interface Entry {
  readonly id: number;
  readonly key: string;
  readonly thread: GrammarThread;
  readonly compiled: Promise<void>;
  /** Matchers that follow it. */
  users: number;
}

/**
 * Grammars compiled in worker threads and remembered, the latest used. Where there is a choice, a grammar is compiled on a
 * thread that follows nothing, so that outputs under way do not wait for it.
 */
export class WorkerGrammars implements Grammars {
  readonly #vocabulary: () => Vocabulary;
  readonly #limits: GrammarLimits;
  readonly #threads: GrammarThread[] = [];
  /** By their sources, the longest unused first. */
  readonly #entries = new Map<string, Entry>();
  #nextId = 0;

  constructor(vocabulary: () => Vocabulary, limits: GrammarLimits = DEFAULT_LIMITS) {
    let made: Vocabulary | undefined;
    this.#vocabulary = () => (made ??= vocabulary());
    this.#limits = limits;
  }

  async compile(source: GrammarSource, signal: AbortSignal): Promise<Grammar> {
    const key = sourceKey(source);
    const entry = this.#entries.get(key) ?? this.#add(key, source);
    this.#touch(entry);
    await unlessAborted(entry.compiled, signal);
    this.#trim();
    return { open: () => this.#open(entry, source) };
  }

  close(): void {
    for (const thread of this.#threads) thread.stop();
    this.#threads.length = 0;
    this.#entries.clear();
  }

  #add(key: string, source: GrammarSource): Entry {
    const thread = this.#threadFor();
    const id = this.#nextId++;
    const compiled = thread.compile(id, source);
    const entry: Entry = { id, key, thread, compiled, users: 0 };
    this.#entries.set(key, entry);
    compiled.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry;
  }

  /** Where it is gone by now, another one is asked for, and its matcher waits for that. */
  #open(entry: Entry, source: GrammarSource) {
    const present = this.#entries.get(entry.key) ?? this.#add(entry.key, source);
    this.#touch(present);
    const matcher = present.thread.open(present.id);
    present.users++;
    const close = matcher.close.bind(matcher);
    matcher.close = () => {
      matcher.close = () => {};
      close();
      present.users--;
      this.#leaveFull();
    };
    return matcher;
  }

  #touch(entry: Entry): void {
    if (this.#entries.delete(entry.key)) this.#entries.set(entry.key, entry);
  }

  /** The thread with the least to wait for; another one as long as there may be more and all are at work. */
  #threadFor(): GrammarThread {
    const { threads, waiting } = this.#limits;
    const load = ({ backlog, matchers }: GrammarThread) => backlog * 1000 + matchers;
    const [best] = [...this.#threads].sort((a, b) => load(a) - load(b));
    if (best && (load(best) === 0 || this.#threads.length === threads)) {
      if (best.backlog >= waiting) throw new EngineError("queue_full", "Too many grammars are waiting to be compiled");
      return best;
    }
    const thread = new GrammarThread(this.#vocabulary(), this.#limits);
    this.#threads.push(thread);
    return thread;
  }

  #trim(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#limits.kept) return;
      if (entry.users > 0) continue;
      this.#entries.delete(key);
      entry.thread.forget(entry.id);
    }
  }

  /** A full heap is only given back with its thread. */
  #leaveFull(): void {
    for (const thread of [...this.#threads]) {
      if (thread.heapBytes <= this.#limits.heapBytes || thread.matchers > 0 || thread.backlog > 0) continue;
      thread.stop();
      this.#threads.splice(this.#threads.indexOf(thread), 1);
      for (const [key, entry] of this.#entries) if (entry.thread === thread) this.#entries.delete(key);
    }
  }
}

function unlessAborted(compiled: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    compiled.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
