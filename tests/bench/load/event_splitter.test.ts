import { expect, test } from "bun:test";
import fc from "fast-check";
import { EventSplitter } from "../../../bench/load/event_splitter.ts";

const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));

test("events are the same wherever the bytes are cut, comments and fields apart", () => {
  const event = fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
    newline: fc.constantFrom("\n", "\r\n"),
  });
  fc.assert(
    fc.property(fc.array(event), fc.array(fc.nat(40)), (events, cuts) => {
      const body = events
        .map(({ lines, newline }) =>
          [": a comment", "event: x", ...lines.map((text) => `data: ${text}`), "", ""].join(newline),
        )
        .join("");
      const bytes = new TextEncoder().encode(body);
      const splitter = new EventSplitter();
      const got: string[] = [];
      let from = 0;
      for (const size of [...cuts, bytes.length]) {
        got.push(...splitter.push(bytes.subarray(from, from + size)));
        from += size;
      }
      expect(got).toEqual(events.map(({ lines }) => lines.join("\n")));
    }),
  );
});

test("an event without its end is not given out", () => {
  const splitter = new EventSplitter();
  const encode = (text: string) => new TextEncoder().encode(text);
  expect(splitter.push(encode("data: a\n"))).toEqual([]);
  expect(splitter.push(encode("\ndata:b\n\n"))).toEqual(["a", "b"]);
});
