import { describe, expect, test } from "bun:test";
import { hearReply } from "../../../src/cli/chat/reply.ts";

const never = new AbortController().signal;

/** Hears what a server streams; the clock goes on by 10 ms at every look. */
function hear(events: readonly unknown[]) {
  const lines = events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  const server = { fetch: async () => new Response(lines.join("")), url: "http://host/v1", apiKey: undefined };
  let time = 0;
  const heard: string[] = [];
  const request = { model: "m", messages: [] };
  return hearReply(
    server,
    request,
    (text) => heard.push(text),
    never,
    () => (time += 10),
  ).then((reply) => ({
    ...reply,
    heard,
  }));
}

const piece = (content: string | null) => ({ choices: [{ delta: { content }, finish_reason: null }] });
const end = (finish_reason: string) => ({ choices: [{ delta: {}, finish_reason }] });

test("pieces come as they are streamed, with their times and the usage", async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 3 };
  const stream = [
    piece(""),
    piece(null),
    piece("a"),
    piece("b"),
    piece("c"),
    end("stop"),
    { choices: [], usage },
    "[DONE]",
  ];
  expect(await hear(stream)).toEqual({
    text: "abc",
    heard: ["a", "b", "c"],
    finish: "stop",
    usage,
    timing: { firstText: 10, generating: 20, pieces: 3 },
  });
});

test("a server that sends neither usage nor [DONE] is understood", async () => {
  expect(await hear([piece("a"), end("length")])).toMatchObject({ text: "a", finish: "length", usage: null });
});

describe("throws a sentence for", () => {
  const cases: [string, unknown[], string][] = [
    ["a stream that breaks off", [piece("a")], "The server ended its answer before the reply was whole"],
    ["an error event", [piece("a"), { error: { message: "The device is lost" } }], "The device is lost"],
    ["an event that is no JSON", ["{"], "an event is no JSON: received {"],
  ];
  for (const [name, events, message] of cases) {
    test(name, async () => {
      await expect(hear(events)).rejects.toMatchObject({
        name: "ChatError",
        message: expect.stringContaining(message),
      });
    });
  }

  test("a connection that breaks", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset by peer")) });
    const server = { fetch: async () => new Response(body), url: "http://host/v1", apiKey: undefined };
    const reply = hearReply(
      server,
      { model: "m", messages: [] },
      () => {},
      never,
      () => 0,
    );
    await expect(reply).rejects.toThrow("The connection broke: reset by peer");
  });
});

test("an abort before the server answers gives an empty reply", async () => {
  const abort = new AbortController();
  const fetchUntilAborted = (request: Request) =>
    new Promise<Response>((_, reject) => request.signal.addEventListener("abort", () => reject(new Error("aborted"))));
  const server = { fetch: fetchUntilAborted, url: "http://host/v1", apiKey: undefined };
  const reply = hearReply(
    server,
    { model: "m", messages: [] },
    () => {},
    abort.signal,
    () => 0,
  );
  abort.abort();
  expect(await reply).toMatchObject({ text: "", finish: null, usage: null });
});
