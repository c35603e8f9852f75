import { expect, test } from "bun:test";
import fc from "fast-check";
import { eventData } from "../../../src/cli/chat/event_data.ts";

const never = new AbortController().signal;

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

test("reads the same events however the body is cut, in characters too", async () => {
  const data = fc.array(fc.stringMatching(/^[^\r\n]{1,8}$/), { minLength: 1, maxLength: 3 });
  const cuts = fc.array(fc.nat(200), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(data, { maxLength: 4 }), cuts, fc.boolean(), async (events, cut, crlf) => {
      const newline = crlf ? "\r\n" : "\n";
      const lines = events.flatMap((event) => [": hi", "id: 7", ...event.map((line) => `data: ${line}`), ""]);
      const bytes = new TextEncoder().encode(lines.map((line) => line + newline).join(""));
      const at = [0, ...cut.map((position) => Math.min(position, bytes.length)).sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, i) => bytes.slice(at[i], end));
      const expected = events.map((event) => event.join("\n"));
      expect(await Array.fromAsync(eventData(bodyOf(chunks), never))).toEqual(expected);
    }),
  );
});

test("the space after the colon may be missing, and a comment alone is no event", async () => {
  const body = new TextEncoder().encode(": keep-alive\n\ndata:a\n\n");
  expect(await Array.fromAsync(eventData(bodyOf([body]), never))).toEqual(["a"]);
});

test("an abort ends a silent body and cancels it", async () => {
  const abort = new AbortController();
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: a\n\n")),
    cancel() {
      cancelled = true;
    },
  });
  const heard: string[] = [];
  for await (const data of eventData(body, abort.signal)) {
    heard.push(data);
    setTimeout(() => abort.abort(), 5);
  }
  expect([heard, cancelled]).toEqual([["a"], true]);
});
