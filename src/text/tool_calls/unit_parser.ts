import type { ToolCallEvent, ToolCallParser } from "./events.ts";
import { Transcript } from "./transcript.ts";

/** A parser that reads one UTF-16 unit after the other, so that it cannot matter where pieces are cut. */
export abstract class UnitParser implements ToolCallParser {
  protected readonly transcript: Transcript = new Transcript();

  push(text: string): readonly ToolCallEvent[] {
    this.read(text);
    return this.transcript.take();
  }

  flush(): readonly ToolCallEvent[] {
    return this.transcript.finish();
  }

  protected read(text: string): void {
    for (let i = 0; i < text.length; i++) this.step(text[i]!);
  }

  protected abstract step(unit: string): void;
}
