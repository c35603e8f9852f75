import { afterAll, expect, test } from "bun:test";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dir, "..");
const probe = join(import.meta.dir, "host_probe.ts");
const built = mkdtempSync(join(tmpdir(), "octavo-host-"));
afterAll(() => rmSync(built, { recursive: true }));

async function expectProbe(runtime: string, command: string, args: string[]) {
  const { stdout } = await run(command, args, { cwd: root, timeout: 15_000 });
  const seen = JSON.parse(stdout);
  expect(seen).toEqual({
    runtime,
    inUse:
      "ListenError: Cannot listen on 127.0.0.1:PORT: the address is in use: stop its server or choose another --port",
    notOurs: "ListenError: Cannot listen on 203.0.113.9:8000: --host is not an address of this machine",
    silentAborted: true,
    streamCancelled: true,
    signals: ["SIGINT", "SIGTERM"],
    refused: true,
    whole: "0\n1\n2\n3\n4\n",
    stopMilliseconds: expect.any(Number),
  });
  expect(seen.stopMilliseconds).toBeLessThan(2000);
}

test("the host on Bun", async () => {
  await expectProbe("bun", process.execPath, [probe]);
}, 20_000);

test("the host on Deno", async () => {
  await expectProbe("deno", join(root, "node_modules/.bin/deno"), ["run", "--allow-all", probe]);
}, 30_000);

test("the host on Node", async () => {
  // Node 20 does not strip types.
  await run(process.execPath, ["build", probe, "--target=node", `--outdir=${built}`], { cwd: root });
  await expectProbe("node", "node", [join(built, "host_probe.js")]);
}, 20_000);
