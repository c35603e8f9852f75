import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The launcher in a checkout of its own, with stand-ins for what would need the network: npm, Bun and the fetching of
 * Vulkan. The real ones are for a fresh machine.
 */

const root = join(import.meta.dir, "../..");
const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.replace("bun@", "");
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "octavo launcher ")));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Bun's stand-in: it installs, has an adapter once lavapipe is there, and else tells how it was called. */
const BUN = `#!/bin/sh
case $1 in
  --version) echo ${version} ;;
  install) echo "bun $*" >>"$LOG"; mkdir -p node_modules; sleep 0.1 ;;
  */probe.ts) [ -n "$VK_DRIVER_FILES" ] || [ -n "$HAS_ADAPTER" ] ;;
  *) printf '%s|' "$PWD" "\${VK_DRIVER_FILES:-none}" "$@" ;;
esac
`;
const NPM = `#!/bin/sh
echo "npm install" >>"$LOG"
for package; do :; done
folder=$3/node_modules/\${package%@*}/bin
mkdir -p "$folder" && cp "$(dirname "$0")/stand-in" "$folder/bun"
`;
const FETCH = `echo "fetch $*" | sed 's| .*apt||' >>"$LOG"
[ -z "$NO_PACKAGES" ] || exit 1
mkdir -p "$1/lib"
case $* in *mesa*) echo '{}' >"$1/lib/lvp_icd.json" ;; esac
`;

let home: string;
let count = 0;

beforeEach(() => {
  home = join(scratch, `check out ${count++}`);
  mkdirSync(join(home, "tools"), { recursive: true });
  mkdirSync(join(home, "path"));
  for (const file of ["octavo", "package.json", "bun.lock", "tools/setup.sh"])
    cpSync(join(root, file), join(home, file));
  writeFileSync(join(home, "tools/fetch_vulkan.sh"), FETCH);
  for (const [name, text] of [
    ["npm", NPM],
    ["stand-in", BUN],
    ["bun", "#!/bin/sh\nexit 1\n"],
  ] as const) {
    writeFileSync(join(home, "path", name), text);
    chmodSync(join(home, "path", name), 0o755);
  }
});

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function octavo(args: string[], env: Record<string, string> = {}, program = join(home, "octavo")): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const PATH = `${join(home, "path")}:/usr/bin:/bin`;
    const child = spawn(program, args, { cwd: scratch, env: { PATH, HOME: home, LOG: join(home, "log"), ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk));
    child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** What was installed, in order. The loader alone is tried first where the machine running this has GPU drivers. */
function installed(): string[] {
  const lines = existsSync(join(home, "log")) ? readFileSync(join(home, "log"), "utf8").trim().split("\n") : [];
  return lines.filter((line) => line !== "fetch libvulkan1");
}
const main = () => join(home, "src/main.ts");
const lavapipe = () => join(home, ".octavo/vulkan/lvp_icd.json");

const PRODUCTION = "bun install --frozen-lockfile --no-summary --silent --production";
const FULL = "bun install --frozen-lockfile --no-summary --silent";
const LAVAPIPE = "fetch libvulkan1 mesa-vulkan-drivers";

describe("a first run", () => {
  test("installs everything once, then runs the command where the user is", async () => {
    const told = [scratch, lavapipe(), main(), "serve", "my model", ""].join("|");
    expect((await octavo(["serve", "my model"])).stdout).toBe(told);
    expect(installed()).toEqual(["npm install", PRODUCTION, LAVAPIPE]);
    expect(await octavo(["serve", "my model"])).toEqual({ code: 0, stdout: told, stderr: "" });
    expect(installed()).toHaveLength(3);
    expect(readdirSync(join(home, ".octavo")).sort()).toEqual([`bun-${version}`, "drivers", "lock", "vulkan"]);
  });

  test("installs once where several start together", async () => {
    const runs = await Promise.all([octavo(["serve"]), octavo(["serve"]), octavo(["serve"])]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(installed()).toEqual(["npm install", PRODUCTION, LAVAPIPE]);
  });

  test("starts over what an interrupted run left", async () => {
    mkdirSync(join(home, ".octavo/tmp/bun/bin"), { recursive: true });
    mkdirSync(join(home, "node_modules/half"), { recursive: true });
    expect((await octavo(["serve"])).code).toBe(0);
    expect(existsSync(join(home, "node_modules/half"))).toBe(false);
  });

  test("works through a link", async () => {
    const link = join(home, "path/oc tavo");
    symlinkSync(join(home, "octavo"), link);
    expect((await octavo(["doctor"], {}, link)).stdout).toContain(`${main()}|doctor|`);
  });
});

describe("Vulkan", () => {
  test("is left alone where an adapter works", async () => {
    expect((await octavo(["serve"], { HAS_ADAPTER: "yes" })).stdout).toContain("|none|");
    expect(installed()).not.toContain(LAVAPIPE);
  });

  test.each([
    [["serve", "--device", "reference"]],
    [["serve", "--device=reference"]],
    [["serve", "--help"]],
    [["pull", "m"]],
  ])("is not needed for %p", async (args) => {
    expect((await octavo(args, { NO_PACKAGES: "yes" })).code).toBe(0);
    expect(installed()).toEqual(["npm install", PRODUCTION]);
  });

  test("is not needed to measure a server that is already there", async () => {
    mkdirSync(join(home, "bench"));
    writeFileSync(join(home, "bench/serve.ts"), "");
    const env = { NO_PACKAGES: "yes" };
    const args = ["bench", "serve", "--request-rate", "4", "http://localhost:1"];
    expect((await octavo(args, env)).stdout).toContain(
      `${join(home, "bench/serve.ts")}|--request-rate|4|http://localhost:1|`,
    );
    expect((await octavo(["bench", "serve", "--request-rate", "4"], env)).code).toBe(1);
  });

  test("follows OCTAVO_DEVICE unless a flag says otherwise", async () => {
    expect((await octavo(["serve"], { OCTAVO_DEVICE: "reference" })).stdout).toContain("|none|");
    expect((await octavo(["serve", "--device", "webgpu"], { OCTAVO_DEVICE: "reference" })).stdout).toContain(
      lavapipe(),
    );
  });

  test("ends with one sentence where it cannot be had, but for the doctor", async () => {
    const { code, stdout, stderr } = await octavo(["serve"], { NO_PACKAGES: "yes" });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("octavo: Cannot find or install a Vulkan adapter");
    expect(stderr).toContain("or run with --device reference");
    expect((await octavo(["doctor"], { NO_PACKAGES: "yes" })).stdout).toContain("|doctor|");
  });

  test("is chosen again when the machine's drivers change", async () => {
    await octavo(["serve"]);
    writeFileSync(join(home, ".octavo/drivers"), "other drivers\n");
    expect((await octavo(["serve"], { HAS_ADAPTER: "yes" })).stdout).toContain("|none|");
    expect(existsSync(lavapipe())).toBe(false);
  });
});

describe("npm packages", () => {
  test("of development come with the tests, and stay", async () => {
    const env = { HAS_ADAPTER: "yes" };
    await octavo(["serve"], env);
    expect((await octavo(["test", "tests/kv"], env)).stdout).toContain(`${join(home, "tools/test.ts")}|tests/kv|`);
    mkdirSync(join(home, "node_modules/typescript"));
    await octavo(["serve"], env);
    expect(installed()).toEqual(["npm install", PRODUCTION, FULL]);
  });

  test("are installed again when the lock file changes", async () => {
    const env = { HAS_ADAPTER: "yes" };
    await octavo(["serve"], env);
    writeFileSync(join(home, "bun.lock"), "{}");
    await octavo(["serve"], env);
    expect(installed()).toEqual(["npm install", PRODUCTION, PRODUCTION]);
  });
});
