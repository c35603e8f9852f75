import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { CompiledGrammar, Grammar, GrammarCompiler, GrammarMatcher, TokenizerInfo } from "@mlc-ai/web-xgrammar";

/** The package's module. */
export interface XGrammar {
  readonly Grammar: typeof Grammar;
  readonly GrammarCompiler: typeof GrammarCompiler;
  readonly GrammarMatcher: typeof GrammarMatcher;
  readonly TokenizerInfo: typeof TokenizerInfo;
}

export type { CompiledGrammar, GrammarCompiler, GrammarMatcher, TokenizerInfo };

/**
 * A fresh instance of xgrammar. The package says that it is a module and is a script, which only Bun imports; and it
 * tells what is wrong with a grammar to the console alone. So it is run as a script, with a console of ours.
 *
 * @param heard Is told what it prints.
 * @returns the module, and how much memory its instance has; it never gives any back.
 */
export function openXGrammar(heard: (line: string) => void): { readonly xgrammar: XGrammar; heapBytes(): number } {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@mlc-ai/web-xgrammar");
  const console = { log: heard, warn: heard, error: heard, info: heard };
  const module = { exports: {} as XGrammar };
  let memory: WebAssembly.Memory | undefined;
  const instantiate = async (bytes: BufferSource, imports?: WebAssembly.Imports) => {
    const result = (await WebAssembly.instantiate(
      bytes,
      imports,
    )) as unknown as WebAssembly.WebAssemblyInstantiatedSource;
    memory = Object.values(result.instance.exports).find((each) => each instanceof WebAssembly.Memory);
    return result;
  };
  const scope = {
    exports: module.exports,
    module,
    require,
    __filename: path,
    console,
    WebAssembly: Object.create(WebAssembly, { instantiate: { value: instantiate } }),
  };
  new Function(...Object.keys(scope), readFileSync(path, "utf8"))(...Object.values(scope));
  return { xgrammar: module.exports, heapBytes: () => memory?.buffer.byteLength ?? 0 };
}

/** The reason out of `[FATAL] .../grammar_parser.cc:552: EBNF parser error at line 1, column 10: ...`. */
export function reasonIn(lines: readonly string[]): string | null {
  const fatal = lines.find((line) => line.includes("[FATAL]"));
  const reason = fatal && /\.(?:cc|h):\d+: ([\s\S]*)$/.exec(fatal)?.[1];
  return reason ? reason.replace(/^Check failed: \(.*?\) is false: /, "").slice(0, 300) : null;
}
