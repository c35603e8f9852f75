import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundledModel } from "../../src/cli/bundled_model.ts";

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "octavo bundled "));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A checkout with these directories under models/bundled. */
function checkout(name: string, ...models: string[]): { folder: string; program(path: string): string } {
  const folder = join(scratch, name, "models/bundled");
  for (const model of models) mkdirSync(join(folder, model), { recursive: true });
  return { folder, program: (path) => pathToFileURL(join(scratch, name, path)).href };
}

describe("the bundled model", () => {
  test("is the one directory, seen from the sources and from the bundle for Node", async () => {
    const { folder, program } = checkout("one", "octavo-chat");
    writeFileSync(join(folder, "README.md"), "not a model");
    for (const path of ["src/cli/bundled_model.ts", "dist/octavo.js"]) {
      expect(await bundledModel(program(path))).toBe(join(folder, "octavo-chat"));
    }
  });

  test("must be one", async () => {
    const { folder, program } = checkout("two", "b", "a");
    await expect(bundledModel(program("dist/octavo.js"))).rejects.toThrow(
      `Cannot choose the bundled model: ${folder} has a, b; name one`,
    );
  });

  test("where there is none, the user is told how to name one", async () => {
    const { program } = checkout("none");
    await expect(bundledModel(program("src/cli/bundled_model.ts"))).rejects.toThrow(/^Name the model: a directory/);
  });
});
