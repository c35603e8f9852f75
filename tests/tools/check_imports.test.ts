import { describe, expect, test } from "bun:test";
import { checkImports } from "../../tools/check_imports.ts";

const check = (files: Record<string, string>) => checkImports(new Map(Object.entries(files)));

describe("checkImports", () => {
  test("accepts what the rules allow", () => {
    const files = {
      "src/main.ts": 'import { build } from "./build.ts";\nawait import("./cli/serve.ts");',
      "src/build.ts": 'import { Engine } from "./engine/engine.ts";\nimport { llama } from "../models/llama.ts";',
      "src/engine/engine.ts":
        'import type { Runner } from "../contracts/runner.ts";\nimport {\n  Pool,\n} from "../kv/pool.ts";',
      "src/gpu/runtime.ts": 'import { create } from "webgpu";\nimport k from "../../kernels/norm.ts";',
      "src/http/app.ts": 'import { stream } from "hono/streaming";\nimport { readFile } from "node:fs/promises";',
      "src/host.ts": "Bun.serve({});",
      "kernels/norm.ts": 'import source from "./norm.wgsl" with { type: "text" };',
    };
    expect(check(files)).toEqual([]);
  });

  test.each([
    ["src/kv/pool.ts", 'import { Engine } from "../engine/engine.ts";', "kv may import base"],
    ["src/runner/decoder.ts", 'export * from "../gpu/device.ts";', "runner may import base, contracts, weights"],
    ["src/reference/norm.ts", 'const x = await import("../gpu/device.ts");', "reference may import base, contracts"],
    ["src/engine/engine.ts", 'import { config } from "../config.ts";', "engine may import base, contracts, kv"],
    ["kernels/norm.ts", 'import "../src/base/assert.ts";', "kernels may import nothing"],
    ["models/llama.ts", 'import type { Op } from "../src/gpu/op.ts";', "models may import contracts"],
    ["src/newcomer/a.ts", 'import "../base/assert.ts";', "module newcomer has no rule"],
    ["src/gpu/device.ts", 'import { create } from "webgpu";', "only src/gpu/runtime.ts may"],
    ["src/main.ts", 'import { z } from "left-pad";', "only nobody may"],
    ["src/kv/pool.ts", 'import { readFile } from "node:fs/promises";', "kv does no I/O"],
    ["src/cli/serve.ts", "const file = Bun.file(path);", "src/cli/serve.ts uses Bun."],
  ])("refuses %s: %s", (path, source, sentence) => {
    expect(check({ [path]: source })).toEqual([expect.stringContaining(sentence)]);
  });

  test("reads code, not comments", () => {
    const source =
      '// Bun.serve closes idle connections\n/*\nimport x from "../gpu/device.ts";\n*/\nconst url = "http://Deno";';
    expect(check({ "src/kv/pool.ts": source })).toEqual([]);
  });

  test("finds a cycle", () => {
    const files = {
      "src/kv/a.ts": 'import "./b.ts";',
      "src/kv/b.ts": 'import "./c.ts";',
      "src/kv/c.ts": 'import "./b.ts";',
    };
    expect(check(files)).toEqual(["import cycle: src/kv/b.ts -> src/kv/c.ts -> src/kv/b.ts"]);
  });
});
