import { expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { openScreen } from "../../../src/cli/chat/screen.ts";

function shown(terminal: boolean, colour: boolean): [string | null, string | null] {
  const out = new PassThrough({ encoding: "utf8" });
  const err = new PassThrough({ encoding: "utf8" });
  const screen = openScreen(out, err, terminal, colour);
  screen.reply("one\n\ttwo\x1b[2J\r\x9b");
  screen.tell("told");
  screen.remark("by the way");
  screen.problem("bad\x07");
  return [out.read(), err.read()];
}

test("a terminal gets colours, and no control characters from the model or the server", () => {
  expect(shown(true, true)).toEqual(["one\n\ttwo[2Jtold\n", "\x1b[2mby the way\x1b[0m\n\x1b[31mbad\x1b[0m\n"]);
  expect(shown(true, false)[1]).toBe("by the way\nbad\n");
});

test("a pipe gets the text as it is", () => {
  expect(shown(false, false)).toEqual(["one\n\ttwo\x1b[2J\r\x9btold\n", "by the way\nbad\x07\n"]);
});
