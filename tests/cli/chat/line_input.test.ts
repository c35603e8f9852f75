import { afterEach, describe, expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { LineInput } from "../../../src/cli/chat/line_input.ts";

let keys: PassThrough;
let screen: PassThrough;
let interrupts = 0;
let lines: LineInput;

afterEach(() => lines.close());

function open(terminal: boolean): void {
  keys = new PassThrough();
  screen = Object.assign(new PassThrough({ encoding: "utf8" }), { columns: 80, isTTY: true });
  interrupts = 0;
  lines = new LineInput(keys, terminal ? (screen as unknown as NodeJS.WriteStream) : null, () => interrupts++);
}

/** Types, and lets it arrive. */
async function type(text: string): Promise<void> {
  keys.write(text);
  await new Promise((resolve) => setTimeout(resolve, 10));
}

const seen = (): string => screen.read() ?? "";

describe("a pipe", () => {
  test("gives its lines, the last one without a newline too, then null for ever", async () => {
    open(false);
    keys.end("one\n\ntwo\r\nthree");
    const read = [];
    for (let i = 0; i < 6; i++) read.push(await lines.next("> "));
    expect(read).toEqual(["one", "", "two", "three", null, null]);
    expect(seen()).toBe("");
  });
});

describe("a terminal", () => {
  test("shows the prompt and what is typed, while a line is asked for", async () => {
    open(true);
    const line = lines.next("> ");
    await type("hellp\x7fo\r");
    expect(await line).toBe("hello");
    expect(seen()).toMatch(/^.*> .*hell.*o\r\n$/s);
  });

  test("hides what is typed during a reply, and shows it at the next prompt", async () => {
    open(true);
    await type("whole line\rhalf");
    expect(seen()).toBe("");
    expect(await lines.next("> ")).toBe("whole line");
    expect(seen()).toBe("> whole line\n");
    const next = lines.next("> ");
    expect(seen()).toContain("> half");
    await type(" more\r");
    expect(await next).toBe("half more");
  });

  test("Ctrl-C is an interrupt, at the prompt and during a reply", async () => {
    open(true);
    await type("\x03");
    expect(interrupts).toBe(1);
    void lines.next("> ");
    await type("\x03");
    expect(interrupts).toBe(2);
  });

  test("Ctrl-D ends it, on a line of its own", async () => {
    open(true);
    const line = lines.next("> ");
    await type("\x04");
    expect(await line).toBeNull();
    expect(seen()).toEndWith("\n");
    expect(await lines.next("> ")).toBeNull();
  });

  test("closing answers the question that waits, and drops what was typed ahead", async () => {
    open(true);
    await type("ahead\rand\r");
    expect(await lines.next("> ")).toBe("ahead");
    lines.close();
    expect(await lines.next("> ")).toBeNull();
  });
});
