import { GrammarError, type GrammarSource } from "../contracts/grammar.ts";
import { type Follower, Matcher } from "./matcher.ts";
import type { Report, Vocabulary } from "./protocol.ts";
import { Thread } from "./thread.ts";

export interface ThreadLimits {
  /** Milliseconds that compiling a grammar may take. */
  readonly compileMs: number;
  /** Milliseconds that a mask may take. */
  readonly maskMs: number;
}

interface Compiling {
  readonly grammar: number;
  readonly source: GrammarSource;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Grammars and matchers of one worker. When the worker takes too long or dies, what it was at is given up, and a new one
 * takes the rest up where it was: grammars in use are compiled again, outputs are followed from their beginning.
 */
export class GrammarThread implements Follower {
  /** Of the worker's heap, which only grows. */
  heapBytes = 0;
  /** How long each part took at last, ms. */
  startedMs = 0;
  compiledMs = 0;
  readonly #vocabulary: Vocabulary;
  readonly #limits: ThreadLimits;
  readonly #grammars = new Map<number, GrammarSource>();
  readonly #grammarOf = new Map<Matcher, number>();
  readonly #matchers = new Map<number, Matcher>();
  /** Matchers whose masks are awaited, the longest first. */
  readonly #pending = new Set<Matcher>();
  /** Matchers that the worker knows. */
  readonly #sent = new Set<Matcher>();
  readonly #queue: Compiling[] = [];
  #thread: Thread;
  #isStarted = false;
  #compiling: Compiling | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextMatcher = 0;
  #isClosed = false;

  constructor(vocabulary: Vocabulary, limits: ThreadLimits) {
    this.#vocabulary = vocabulary;
    this.#limits = limits;
    this.#thread = this.#start();
  }

  get matchers(): number {
    return this.#matchers.size;
  }

  /** Grammars that wait to be compiled, the one that is being compiled counted. */
  get backlog(): number {
    return this.#queue.length + Number(this.#compiling !== null);
  }

  /** Throws GrammarError where the grammar is refused or takes too long. */
  compile(grammar: number, source: GrammarSource): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#queue.push({ grammar, source, resolve, reject });
      this.#next();
    });
  }

  forget(grammar: number): void {
    if (this.#grammars.delete(grammar)) this.#thread.send({ type: "forget", grammar });
  }

  /** Where the grammar is still being compiled, the matcher waits for that. */
  open(grammar: number): Matcher {
    const matcher = new Matcher(this.#nextMatcher++, this.#vocabulary.offsets.length - 1, this);
    this.#matchers.set(matcher.id, matcher);
    this.#grammarOf.set(matcher, grammar);
    if (this.#grammars.has(grammar)) this.#send(matcher);
    return matcher;
  }

  accept(matcher: Matcher, tokenId: number): void {
    if (matcher.failure !== null || !this.#sent.has(matcher)) return;
    this.#thread.accept(matcher.id, tokenId);
    this.#await(matcher);
  }

  close(matcher: Matcher): void {
    if (!this.#matchers.delete(matcher.id)) return;
    this.#grammarOf.delete(matcher);
    this.#pending.delete(matcher);
    this.#sent.delete(matcher);
    this.#thread.send({ type: "close", matcher: matcher.id });
    this.#watch();
  }

  stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#thread.stop();
    for (const compiling of [this.#compiling, ...this.#queue]) compiling?.reject(new Error("The grammars are closed"));
    for (const matcher of this.#matchers.values()) matcher.fail("the server is shutting down");
  }

  #start(): Thread {
    this.#isStarted = false;
    return new Thread(
      this.#vocabulary,
      (report) => this.#hear(report),
      (reason) => this.#giveUp(`ended the worker: ${reason}`),
    );
  }

  #hear(report: Report): void {
    switch (report.type) {
      case "started":
        this.#isStarted = true;
        this.startedMs = report.ms;
        this.#next();
        break;
      case "compiled":
      case "refused": {
        const compiling = this.#compiling!;
        this.#compiling = null;
        if (report.type === "compiled") this.#compiled(compiling, report);
        else this.#refuse(compiling, new GrammarError(report.path, report.reason));
        this.#next();
        break;
      }
      case "masked":
        for (const id of report.matchers) this.#settle(id);
        break;
      case "failed":
        this.#matchers.get(report.matcher)?.fail(report.reason);
        this.#settle(report.matcher);
    }
    this.#watch();
  }

  #compiled(compiling: Compiling, { heapBytes, ms }: Report & { type: "compiled" }): void {
    this.heapBytes = heapBytes;
    this.compiledMs = ms;
    this.#grammars.set(compiling.grammar, compiling.source);
    for (const matcher of this.#of(compiling.grammar)) this.#send(matcher);
    compiling.resolve();
  }

  #refuse(compiling: Compiling, error: GrammarError): void {
    for (const matcher of this.#of(compiling.grammar)) matcher.fail(`its grammar ${error.message}`);
    compiling.reject(error);
  }

  /** The matchers that follow a grammar. */
  #of(grammar: number): Matcher[] {
    return [...this.#matchers.values()].filter((matcher) => this.#grammarOf.get(matcher) === grammar);
  }

  #settle(id: number): void {
    const matcher = this.#matchers.get(id);
    if (!matcher || (matcher.mask === null && matcher.failure === null)) return;
    this.#pending.delete(matcher);
    matcher.settle();
  }

  #next(): void {
    const next = this.#isStarted && !this.#compiling && !this.#isClosed ? this.#queue.shift() : undefined;
    if (next) {
      this.#compiling = next;
      this.#thread.send({ type: "compile", grammar: next.grammar, source: next.source });
    }
    this.#watch();
  }

  #send(matcher: Matcher): void {
    const { id, shared, tokenIds } = matcher;
    this.#sent.add(matcher);
    this.#thread.send({ type: "open", matcher: id, grammar: this.#grammarOf.get(matcher)!, shared, tokenIds });
    this.#await(matcher);
  }

  #await(matcher: Matcher): void {
    this.#pending.add(matcher);
    if (this.#pending.size === 1) this.#watch();
  }

  /** One clock, for what the worker is at now; it starts again whenever something is done. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#thread.hold(this.backlog > 0 || this.#pending.size > 0);
    if (!this.#isStarted) return;
    const { compileMs, maskMs } = this.#limits;
    if (this.#compiling) this.#timer = setTimeout(() => this.#giveUp(tooLong(compileMs)), compileMs);
    else if (this.#pending.size > 0) this.#timer = setTimeout(() => this.#giveUp(tooLong(maskMs)), maskMs);
    (this.#timer as { unref?: () => void } | undefined)?.unref?.();
  }

  #giveUp(why: string): void {
    if (this.#isClosed) return;
    const compiling = this.#compiling;
    const [slowest] = this.#pending;
    this.#compiling = null;
    if (compiling) this.#refuse(compiling, new GrammarError("", why));
    else slowest?.fail(`its grammar ${why}`);
    this.#thread.stop();
    this.#thread = this.#start();
    this.#restore();
  }

  /** What was compiled is compiled again, what is in use first, and before what has been waiting. */
  #restore(): void {
    this.#pending.clear();
    this.#sent.clear();
    const inUse = (grammar: number) => Number(this.#of(grammar).some(({ failure }) => failure === null));
    const grammars = [...this.#grammars].sort(([a], [b]) => inUse(b) - inUse(a));
    this.#grammars.clear();
    const nobody = () => {};
    const again = grammars.map(([grammar, source]) => ({ grammar, source, resolve: nobody, reject: nobody }));
    this.#queue.unshift(...again);
    this.#next();
  }
}

function tooLong(ms: number): string {
  return `takes longer than the ${ms / 1000} s that it may take`;
}
