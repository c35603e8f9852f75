import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { deviceKinds } from "./devices.ts";
import { trainedModel } from "./goldens.ts";
import { runOctavo, type ServerProcess, startServer } from "./server_process.ts";

const model = trainedModel("stories260K");
const story = model && greedyText(model.directory);

/** The golden story: what llama2.c publishes for these weights, as far as the goldens go. */
function greedyText(directory: string): string {
  return JSON.parse(readFileSync(join(directory, "goldens.json"), "utf8")).cases[0].greedy_text;
}

for (const kind of model ? deviceKinds : []) {
  describe(`octavo serve stories260K on ${kind}`, () => {
    let server: ServerProcess;
    let client: OpenAI;

    beforeAll(async () => {
      server = await startServer(
        "bun",
        model!.directory,
        "--dtype",
        "f32",
        "--device",
        kind,
        "--kv-cache-memory",
        "16M",
      );
      client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
    }, 240_000);

    afterAll(async () => {
      expect(await server.stop()).toBe(0);
    });

    test("prints the contract's ready line", () => {
      expect(server.readyLine).toMatch(
        /^octavo ready on http:\/\/127\.0\.0\.1:\d+ {2}model=\S+ device=.+ blocks=\d+x(8|16|32|64) {2}ready in \d+\.\d\d s$/,
      );
    });

    test("tells the story, whole and streamed, to the OpenAI client", async () => {
      const request = { model: model!.directory, prompt: "", temperature: 0, max_tokens: 96 };
      const whole = await client.completions.create(request);
      expect(whole.choices[0]!.text.trim()).toBe(story!.trim());
      expect(whole.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 96, total_tokens: 97 });

      let text = "";
      let chunks = 0;
      for await (const chunk of await client.completions.create({ ...request, stream: true })) {
        text += chunk.choices[0]?.text ?? "";
        chunks++;
      }
      expect(text).toBe(whole.choices[0]!.text);
      expect(chunks).toBeGreaterThan(20);
    });

    test("returns the golden token ids, and the same ones for prompts given as text, ids and lists of both", async () => {
      const { promptIds, greedyIds } = model!.cases[1]!;
      const body = { temperature: 0, max_tokens: greedyIds.length, return_token_ids: true };
      const ask = async (prompt: unknown) => {
        const response = await fetch(`${server.url}/v1/completions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ ...body, prompt }),
        });
        const { choices } = (await response.json()) as { choices: { token_ids: number[] }[] };
        return choices.map(({ token_ids }) => token_ids);
      };
      expect(await ask("Once upon a time")).toEqual([[...greedyIds]]);
      expect(await ask(promptIds)).toEqual([[...greedyIds]]);
      expect(await ask(["Once upon a time", "Once upon a time"])).toEqual([[...greedyIds], [...greedyIds]]);
      expect(await ask([promptIds])).toEqual([[...greedyIds]]);
    });

    test("a client that leaves is cancelled and its blocks are free again", async () => {
      const controller = new AbortController();
      const response = await fetch(`${server.url}/v1/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt: "Once", stream: true, max_tokens: 500, ignore_eos: true, temperature: 0 }),
        signal: controller.signal,
      });
      const reader = response.body!.getReader();
      await reader.read();
      controller.abort();
      await reader.read().catch(() => {});
      let used = Number.NaN;
      for (let i = 0; i < 100 && used !== 0; i++) {
        await Bun.sleep(10);
        used = ((await (await fetch(`${server.url}/debug/kv`)).json()) as { used: number }).used;
      }
      expect(used).toBe(0);
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toMatch(/octavo:num_requests_running\{[^}]*\} 0/);
    });

    test("SIGTERM lets a running stream end", async () => {
      const own = await startServer("bun", model!.directory, "--device", kind, "--kv-cache-memory", "16M");
      const other = new OpenAI({ baseURL: `${own.url}/v1`, apiKey: "none", maxRetries: 0 });
      const stream = await other.completions.create({
        model: model!.directory,
        prompt: "",
        max_tokens: 200,
        temperature: 0,
        stream: true,
      });
      let finish: string | null = null;
      let exited: Promise<number> | null = null;
      for await (const chunk of stream) {
        exited ??= own.stop();
        finish = chunk.choices[0]?.finish_reason ?? finish;
      }
      expect(finish).toBe("length");
      expect(await exited!).toBe(0);
    }, 240_000);
  });
}

describe("octavo serve refuses with one sentence", () => {
  const cases: [string, string[], RegExp][] = [
    ["a model that is not there", ["serve", "/no/such/model", "--device", "reference"], /\/no\/such\/model/],
    ["a flag out of range", ["serve", "x", "--port", "99999"], /--port must be a whole number from 0 to 65535/],
    ["an unknown flag", ["serve", "x", "--prot", "1"], /unknown option '--prot'/],
    ["a choice that is none", ["serve", "x", "--quantization", "int2"], /must be one of none, int8, int4, w8a8/],
  ];
  for (const [name, args, message] of cases) {
    test(name, async () => {
      const { code, stdout, stderr } = await runOctavo(...args);
      expect(code).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n\s+at /);
    });
  }
});
