import { expect, test } from "bun:test";
import { Writable } from "node:stream";
import { downloadProgress } from "../../src/cli/pull.ts";

/** What a display writes to a stream that is a terminal or not. */
function written(isTTY: boolean): string {
  let text = "";
  const collect = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const stream = Object.assign(collect, { isTTY, columns: 80, cursorTo() {}, clearLine() {} });
  const progress = downloadProgress(stream as unknown as NodeJS.WriteStream);
  for (const received of [0, 1_000_000, 2_500_000])
    progress.show({ file: "model.safetensors", received, size: 2_500_000 });
  progress.show({ file: "config.json", received: 2, size: 2 });
  progress.stop();
  return text;
}

test("away from a terminal, one line begins and one ends each file", () => {
  expect(written(false)).toBe(
    "downloading model.safetensors, 2.5 MB\ndownloaded model.safetensors\n" +
      "downloading config.json, 0.0 MB\ndownloaded config.json\n",
  );
});

test("on a terminal, each file has its bar", () => {
  const text = written(true);
  expect(text).toContain("model.safetensors [");
  expect(text).toContain("config.json [");
  expect(text).toContain("of 2.5 MB");
});
