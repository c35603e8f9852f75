import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadApiKeys } from "../../src/cli/api_keys.ts";
import { parseServeConfig } from "../../src/config.ts";

const directory = await mkdtemp(join(tmpdir(), "octavo-keys-"));
afterAll(() => rm(directory, { recursive: true }));

async function keysOf(text: string, given: Record<string, string[]> = {}): Promise<readonly string[]> {
  const apiKeyFile = join(directory, "keys");
  await writeFile(apiKeyFile, text);
  return loadApiKeys(parseServeConfig({ apiKeyFile, ...given }, {}));
}

describe("--api-key-file", () => {
  test("one key a line, without comments and blanks, beside the other keys", async () => {
    const text = "# ours\n\none\r\n  two  # of Bob\nsk-a#b\none\n";
    expect(await keysOf(text, { apiKey: ["zero"] })).toEqual(["zero", "one", "two", "sk-a#b"]);
  });

  test("a file without keys would open the server, and is refused", async () => {
    expect(keysOf("# none yet\n")).rejects.toThrow("it has no keys");
  });

  test("a file that cannot be read is an error that names the flag", async () => {
    const config = parseServeConfig({ apiKeyFile: join(directory, "missing") }, {});
    expect(loadApiKeys(config)).rejects.toThrow(/Cannot read --api-key-file .*missing: ENOENT/);
  });

  test("without one, the keys of the environment", async () => {
    expect(await loadApiKeys(parseServeConfig({}, { OCTAVO_API_KEY: "a,b" }))).toEqual(["a", "b"]);
  });
});
