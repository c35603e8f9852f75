/** What may come next in an output that has to keep to a grammar. */

/** What a grammar is made from. Texts are JSON values as the client sent them. */
export type GrammarSource =
  /** JSON that the schema accepts, written as Python's json.dumps writes it. */
  | { readonly kind: "json_schema"; readonly schema: unknown }
  /** Text that the regular expression matches as a whole. */
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** GBNF-like EBNF with a rule `root`. */
  | { readonly kind: "ebnf"; readonly text: string }
  /** xgrammar's structural tags. */
  | { readonly kind: "structural_tag"; readonly tag: unknown };

/** The grammar cannot be used: malformed, not supported, or too large. */
export class GrammarError extends Error {
  override name = "GrammarError";
  /** Where in the source, such as `properties.name.pattern`; empty: as a whole. */
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** Compiles grammars, off the event loop's thread. */
export interface Grammars {
  /** Throws GrammarError. Equal sources are compiled once, as long as there is room to remember. */
  compile(source: GrammarSource, signal: AbortSignal): Promise<Grammar>;
  close(): void;
}

export interface Grammar {
  /** Of a new output. It has to be closed. */
  open(): TokenMatcher;
}

/** Follows one output. Its masks are computed elsewhere while the device works. */
export interface TokenMatcher {
  /**
   * [maskWords(vocabSize)] bit t % 32 of word t / 32 is set where token t may come next, end-of-sequence tokens where the
   * output may end. Null while it is being computed. No bit is set where the matcher failed.
   */
  readonly mask: Uint32Array | null;
  /** Why there is nothing more to expect of it; null while all is well. */
  readonly failure: string | null;
  /** Takes the next token, which the mask has allowed. The mask is null from here on. */
  accept(tokenId: number): void;
  /** Resolves when the mask is there, or the matcher failed. */
  ready(): Promise<void>;
  close(): void;
}
