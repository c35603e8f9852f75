import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deviceKinds } from "./devices.ts";
import { trainedModel } from "./goldens.ts";
import { buildForNode, startServer } from "./server_process.ts";

const model = trainedModel("stories260K");

/** The same server on the other runtimes: a golden story, whole and streamed, and a clean end. */
for (const runtime of ["deno", "node"] as const) {
  for (const kind of model ? deviceKinds : []) {
    test(`serves the golden story on ${runtime}, device ${kind}`, async () => {
      if (runtime === "node") await buildForNode();
      const server = await startServer(runtime, model!.directory, "--device", kind, "--kv-cache-memory", "16M");
      const complete = (stream: boolean) =>
        fetch(`${server.url}/v1/completions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ prompt: "", temperature: 0, max_tokens: 96, stream }),
        });
      const golden = JSON.parse(readFileSync(join(model!.directory, "goldens.json"), "utf8")).cases[0].greedy_text;
      const whole = (await (await complete(false)).json()) as { choices: { text: string }[] };
      expect(whole.choices[0]!.text.trim()).toBe(golden.trim());

      const events = (await (await complete(true)).text()).split("\n\n").filter((event) => event.startsWith("data: "));
      expect(events.at(-1)).toBe("data: [DONE]");
      const text = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)).choices[0]?.text ?? "");
      expect(text.join("")).toBe(whole.choices[0]!.text);
      const kv = (await (await fetch(`${server.url}/debug/kv`)).json()) as { used: number };
      expect(kv.used).toBe(0);
      expect(await server.stop()).toBe(0);
    }, 240_000);
  }
}
