import { afterAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { harness, saying } from "./harness.ts";

const { app, engine } = harness({
  next: saying("Once upon a 🐱. "),
  delay: 1,
  maxModelLen: 100_000,
  deps: { apiKeys: ["k"] },
});
const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: app.fetch });
afterAll(() => server.stop(true));
const baseURL = `http://127.0.0.1:${server.port}/v1`;
const client = new OpenAI({ baseURL, apiKey: "k", maxRetries: 0 });

describe("the OpenAI client", () => {
  test("lists models", async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(["tiny", "org/tiny"]);
    expect((await client.models.retrieve("org/tiny")).id).toBe("org/tiny");
  });

  test("completes, whole and streamed", async () => {
    const ask = { model: "tiny", prompt: "a", max_tokens: 16 } as const;
    const whole = await client.completions.create(ask);
    expect(whole.choices[0]!.text).toBe("Once upon a 🐱");
    let text = "";
    let usage = null;
    for await (const chunk of await client.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      text += chunk.choices[0]?.text ?? "";
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe("Once upon a 🐱");
    expect(usage?.completion_tokens).toBe(16);
  });

  test("chats, whole and streamed", async () => {
    const messages = [{ role: "user" as const, content: "Tell me a story." }];
    const whole = await client.chat.completions.create({ model: "tiny", messages, max_completion_tokens: 4 });
    expect(whole.choices[0]!.message).toMatchObject({ role: "assistant", content: "Once" });
    const stream = client.chat.completions.stream({ model: "tiny", messages, max_completion_tokens: 4 });
    expect(await stream.finalContent()).toBe("Once");
  });

  test("gets errors as its own classes", async () => {
    const failed = async (run: () => Promise<unknown>) =>
      run().then(
        () => null,
        (error) => error,
      );
    const other = new OpenAI({ baseURL, apiKey: "no", maxRetries: 0 });
    expect(await failed(async () => other.models.retrieve("tiny"))).toBeInstanceOf(OpenAI.AuthenticationError);
    const missing = await failed(async () => client.completions.create({ model: "x", prompt: "a" }));
    expect(missing).toBeInstanceOf(OpenAI.NotFoundError);
    const bad = await failed(async () => client.completions.create({ model: "tiny", prompt: "a", temperature: -1 }));
    expect(bad).toBeInstanceOf(OpenAI.BadRequestError);
    expect(bad.param).toBe("temperature");
  });
});

describe("a client that leaves", () => {
  const headers = { authorization: "Bearer k" };
  const body = (more: object) => JSON.stringify({ prompt: "a", max_tokens: 50_000, n: 3, ...more });

  test("in the middle of a stream takes all its choices with it", async () => {
    const gone = new AbortController();
    const response = await fetch(`${baseURL}/completions`, {
      method: "POST",
      headers,
      body: body({ stream: true }),
      signal: gone.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    expect(engine.live.size).toBe(3);
    gone.abort();
    await engine.idle();
  });

  test("while it waits for a whole answer does too", async () => {
    const gone = new AbortController();
    const pending = fetch(`${baseURL}/completions`, { method: "POST", headers, body: body({}), signal: gone.signal });
    while (engine.live.size < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    gone.abort();
    expect(pending).rejects.toThrow();
    await engine.idle();
  });

  test("one that ends well cancels nothing", async () => {
    const before = engine.cancelled;
    await client.completions.create({ model: "tiny", prompt: "a", max_tokens: 2 });
    const response = await fetch(`${baseURL}/completions`, {
      method: "POST",
      headers,
      body: body({ stream: true, max_tokens: 2 }),
    });
    await response.text();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(engine.cancelled).toBe(before);
  });
});
