import { describe, expect, test } from "bun:test";
import { ask, type ChatError, type ChatServer, listModels } from "../../../src/cli/chat/chat_server.ts";
import { apiBase, connect, isUrl } from "../../../src/cli/chat/connect.ts";

function serverThat(answer: (request: Request) => Response, apiKey?: string): ChatServer {
  return { fetch: async (request) => answer(request), url: "http://host/v1", apiKey };
}

function failure(server: ChatServer): Promise<ChatError> {
  return ask(server, "/models").then(
    () => Promise.reject(new Error("it was no failure")),
    (error) => error,
  );
}

describe("a server's refusal becomes a sentence", () => {
  const cases: [string, Response, string, boolean][] = [
    ["an error object", Response.json({ error: { message: "No key" } }, { status: 401 }), "No key", false],
    [
      "an outgrown context by its code",
      Response.json({ error: { message: "too long", code: "context_length_exceeded" } }, { status: 400 }),
      "too long",
      true,
    ],
    [
      "an outgrown context by its words",
      Response.json({ error: { message: "maximum context length is 10", code: 400 } }, { status: 400 }),
      "maximum context length is 10",
      true,
    ],
    ["a page", new Response("<h1>no</h1>", { status: 502, statusText: "Bad" }), "answered 502 Bad: <h1>no</h1>", false],
    ["a bare value", new Response("null", { status: 500, statusText: "Oops" }), "answered 500 Oops: null", false],
  ];
  for (const [name, response, message, contextFull] of cases) {
    test(name, async () => {
      const error = await failure(serverThat(() => response));
      expect(error.name).toBe("ChatError");
      expect(error.message).toContain(message);
      expect(error.contextFull).toBe(contextFull);
    });
  }

  test("nobody listening", async () => {
    const closed = Bun.serve({ port: 0, fetch: () => new Response() });
    const { port } = closed;
    await closed.stop(true);
    const error = await failure({
      fetch: (request) => fetch(request),
      url: `http://127.0.0.1:${port}/v1`,
      apiKey: undefined,
    });
    expect(error.message).toMatch(/^Cannot reach http:\/\/127\.0\.0\.1:\d+\/v1: \S/);
  });

  test("what a runtime wrapped is unwrapped", async () => {
    const wrapped = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    const server = { ...serverThat(() => new Response()), fetch: () => Promise.reject(wrapped) };
    expect((await failure(server)).message).toBe("Cannot reach http://host/v1: connect ECONNREFUSED");
  });
});

test("the key is sent where there is one", async () => {
  const echo = (request: Request) => Response.json({ data: [{ id: request.headers.get("authorization") }] });
  expect(await listModels(serverThat(echo, "k1"))).toEqual(["Bearer k1"]);
  expect(await listModels(serverThat(echo))).toEqual(["null"]);
});

test("a list of models without data is refused", async () => {
  for (const body of ["{}", "null", "<html>"]) {
    await expect(listModels(serverThat(() => new Response(body)))).rejects.toThrow("its answer has no data");
  }
});

describe("connecting", () => {
  test("tells a URL from a directory and a hub id", () => {
    expect(["http://x", "HTTPS://x/v1"].map(isUrl)).toEqual([true, true]);
    expect(["org/name", "./http", "/models/http://", undefined].map(isUrl)).toEqual([false, false, false, false]);
  });

  test("adds /v1 where the URL has no path", () => {
    expect(apiBase("http://localhost:8000")).toBe("http://localhost:8000/v1");
    expect(apiBase("http://localhost:8000/")).toBe("http://localhost:8000/v1");
    expect(apiBase("https://host/api/v3/")).toBe("https://host/api/v3");
    expect(() => apiBase("http://")).toThrow('Cannot read the URL: received "http://"');
  });

  test("takes the server's first model unless one is named", async () => {
    const server = Bun.serve({ port: 0, fetch: () => Response.json({ data: [{ id: "a" }, { id: "b" }] }) });
    const url = `http://127.0.0.1:${server.port}`;
    expect(await connect(url, {})).toMatchObject({ model: "a", description: `a at ${url}/v1` });
    expect((await connect(url, { model: "b" })).model).toBe("b");
    server.reload({ fetch: () => Response.json({ data: [] }) });
    await expect(connect(url, {})).rejects.toThrow("it lists no model");
    await server.stop(true);
  });
});
