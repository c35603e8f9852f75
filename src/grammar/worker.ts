import { parentPort, workerData } from "node:worker_threads";
import type { GrammarError } from "../contracts/grammar.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { type Order, type Report, STATE_WORDS, type Vocabulary } from "./protocol.ts";
import { type CompiledGrammar, type GrammarCompiler, type GrammarMatcher, openXGrammar, reasonIn } from "./xgrammar.ts";

/** A worker thread: compiles grammars, follows outputs and writes their masks into shared memory. */

interface Following {
  readonly matcher: GrammarMatcher;
  readonly state: Int32Array;
  accepted: number;
}

const heard: string[] = [];
const open = () => openXGrammar((line) => heard.push(String(line)));
const { xgrammar, heapBytes } = open();
/** An instance that has refused a grammar has stopped in the middle of something: another one than the compiler's reads first. */
let reader = open().xgrammar;
const grammars = new Map<number, CompiledGrammar>();
const followed = new Map<number, Following>();

const port = parentPort!;
const report = (message: Report) => port.postMessage(message);

const started = performance.now();
const compiler = await openCompiler(workerData as Vocabulary);
report({ type: "started", ms: performance.now() - started });

let turn: Promise<void> = Promise.resolve();
port.on("message", (order: Order) => {
  turn = turn.then(() => obey(order));
});

async function openCompiler({ bytes, offsets, endIds }: Vocabulary): Promise<GrammarCompiler> {
  const size = offsets.length - 1;
  const pieces = Array.from({ length: size }, (_, id) => bytes.slice(offsets[id], offsets[id + 1]));
  const info = await xgrammar.TokenizerInfo.createTokenizerInfo(
    // Embind takes bytes where the types say string, and text that is not UTF-8 can be said in no other way.
    pieces as unknown as string[],
    "raw",
    false,
    size,
    [...endIds],
  );
  return xgrammar.GrammarCompiler.createGrammarCompiler(info, false);
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case "compile":
      return compile(order);
    case "forget":
      grammars.get(order.grammar)?.dispose();
      grammars.delete(order.grammar);
      return;
    case "open":
      return follow(order);
    case "accept":
      return accept(order.pairs);
    case "close":
      followed.get(order.matcher)?.matcher.dispose();
      followed.delete(order.matcher);
      return;
  }
}

async function compile({ grammar, source }: Order & { type: "compile" }): Promise<void> {
  heard.length = 0;
  const begun = performance.now();
  let prepared: Prepared;
  try {
    prepared = prepare(source);
  } catch (error) {
    const { path = "", message } = error as GrammarError;
    const reason = error instanceof RangeError ? "is nested too deep" : message;
    return report({ type: "refused", grammar, path, reason });
  }
  try {
    await readOnly(prepared);
  } catch {
    reader = open().xgrammar;
    const reason = reasonIn(heard) ?? "cannot be read: it is malformed, or nested too deep";
    return report({ type: "refused", grammar, path: "", reason });
  }
  const { kind, text } = prepared;
  const compiled = kind === "ebnf" ? await compiler.compileGrammar(text) : await compiler.compileStructuralTag(text);
  grammars.set(grammar, compiled);
  report({ type: "compiled", grammar, ms: performance.now() - begun, heapBytes: heapBytes() });
}

async function readOnly({ kind, text }: Prepared): Promise<void> {
  const { Grammar } = reader;
  (await (kind === "ebnf" ? Grammar.fromEBNF(text) : Grammar.fromStructuralTag(text))).dispose();
}

async function follow({ matcher: id, grammar, shared, tokenIds }: Order & { type: "open" }): Promise<void> {
  try {
    const matcher = await xgrammar.GrammarMatcher.createGrammarMatcher(grammars.get(grammar)!);
    const following = { matcher, state: new Int32Array(shared), accepted: 0 };
    followed.set(id, following);
    for (const tokenId of tokenIds) take(following, tokenId);
    await writeMask(following);
    report({ type: "masked", matchers: [id] });
  } catch (error) {
    report({ type: "failed", matcher: id, reason: messageOf(error) });
  }
}

async function accept(pairs: readonly number[]): Promise<void> {
  const masked: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const following = followed.get(pairs[i]!);
    if (!following) continue;
    try {
      take(following, pairs[i + 1]!);
      await writeMask(following);
      masked.push(pairs[i]!);
    } catch (error) {
      report({ type: "failed", matcher: pairs[i]!, reason: messageOf(error) });
    }
  }
  if (masked.length > 0) report({ type: "masked", matchers: masked });
}

function take(following: Following, tokenId: number): void {
  if (!following.matcher.acceptToken(tokenId)) throw new Error(`token ${tokenId} does not keep to the grammar`);
  following.accepted++;
}

/**
 * The mask, then the mark that it is there. Nothing may follow an output that has ended. Throws where nothing can, but
 * should: xgrammar takes rules that never end.
 */
async function writeMask({ matcher, state, accepted }: Following): Promise<void> {
  if (matcher.isTerminated()) state.fill(0, STATE_WORDS);
  else {
    const mask = await matcher.getNextTokenBitmask();
    if (mask.every((word) => word === 0)) throw new Error("it allows no token here");
    state.set(mask, STATE_WORDS);
  }
  Atomics.store(state, 0, accepted + 1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
