/** What becomes certain as an answer with tool calls arrives. Calls are numbered from 0 and come one after another. */
export type ToolCallEvent =
  | { readonly type: "content"; readonly text: string }
  /** A call begins: its name is known, and its arguments are an object so far. */
  | { readonly type: "call"; readonly index: number; readonly name: string }
  /** A piece of the JSON text of its arguments, as the model wrote it. */
  | { readonly type: "arguments"; readonly index: number; readonly text: string }
  /** Its arguments are complete. */
  | { readonly type: "end"; readonly index: number };

/**
 * Takes an answer apart, wherever its pieces are cut. Held back is only what may still turn out to be markup. Nothing
 * but markup and the whitespace around calls is left out: what looked like a call and is not one comes out as content.
 */
export interface ToolCallParser {
  push(text: string): readonly ToolCallEvent[];
  /** What is left when no text follows. */
  flush(): readonly ToolCallEvent[];
}
