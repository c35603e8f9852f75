/**
 * Who may import whom, as a program: `bun tools/check_imports.ts` exits 1 and names each import that breaks a rule. A
 * module is a folder under src/, or kernels, or models; files directly in src/, src/cli and src/library put the parts
 * together and may import everything.
 */
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { listFiles } from "./source_files.ts";

/** Modules that a module may import, besides itself. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kernels: [],
  contracts: ["base"],
  kv: ["base"],
  text: ["base"],
  models: ["contracts"],
  weights: ["base", "contracts"],
  reference: ["base", "contracts"],
  gpu: ["base", "contracts", "kernels"],
  runner: ["base", "contracts", "weights"],
  engine: ["base", "contracts", "kv"],
  prefix_store: ["base", "contracts", "kv"],
  grammar: ["base", "contracts", "text"],
  http: ["base", "contracts", "text", "engine"],
  selftest: ["base", "contracts", "gpu", "reference", "weights"],
};

/** The files and folders that may import an npm package. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@hono/node-server": ["src/host.ts"],
  "@huggingface/hub": ["src/weights/"],
  "@huggingface/jinja": ["src/text/"],
  "@huggingface/tokenizers": ["src/text/"],
  "@logtape/logtape": ["src/build.ts", "src/cli/", "src/http/", "src/base/"],
  "@mlc-ai/web-xgrammar": ["src/grammar/xgrammar.ts"],
  "cli-progress": ["src/cli/"],
  commander: ["src/main.ts", "src/cli/"],
  hono: ["src/http/"],
  "prom-client": ["src/http/"],
  webgpu: ["src/gpu/runtime.ts"],
  zod: ["models/", "src/http/", "src/config.ts"],
};

/** Modules that compute and never touch files, sockets or the process. */
const WITHOUT_NODE = ["base", "contracts", "kernels", "kv", "models", "reference", "runner", "gpu"];

/** What of node: only computes. */
const PURE_NODE = ["node:crypto"];

const IMPORT =
  /^[ \t]*(?:import|export)\b[^;'"]*?\bfrom\s*["']([^"']+)["']|^[ \t]*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*$/gm;
const RUNTIME_GLOBAL = /\b(Bun|Deno)\.|\bimport\.meta\.(dir|file)\b/;

/** What is wrong with `sources`, a map of path (from the repository's root, with /) to source; one sentence each. */
export function checkImports(sources: ReadonlyMap<string, string>): string[] {
  const graph = new Map<string, string[]>();
  const wrong: string[] = [];
  for (const [path, source] of sources) {
    const code = source.replace(COMMENT, "");
    const specifiers = [...code.matchAll(IMPORT)].map((match) => (match[1] ?? match[2] ?? match[3])!);
    const local = specifiers.filter((specifier) => specifier.startsWith("."));
    const targets = local.map((specifier) => posix.join(posix.dirname(path), specifier));
    graph.set(path, targets);
    for (const target of targets) wrong.push(...checkModule(path, target));
    for (const specifier of specifiers) if (!specifier.startsWith(".")) wrong.push(...checkPackage(path, specifier));
    const runtimeGlobal = path === "src/host.ts" ? null : code.match(RUNTIME_GLOBAL);
    if (runtimeGlobal)
      wrong.push(`${path} uses ${runtimeGlobal[0]}: what differs between runtimes belongs to src/host.ts`);
  }
  for (const cycle of findCycles(graph)) wrong.push(`import cycle: ${cycle.join(" -> ")}`);
  return wrong;
}

function checkModule(path: string, target: string): string[] {
  const from = moduleOf(path);
  const to = moduleOf(target);
  if (from === null || from === to) return [];
  const allowed = MODULES[from];
  if (!allowed) return [`${path}: module ${from} has no rule: add it to tools/check_imports.ts`];
  if (to !== null && allowed.includes(to)) return [];
  return [`${path} imports ${target}: ${from} may import ${allowed.join(", ") || "nothing"}`];
}

function checkPackage(path: string, specifier: string): string[] {
  if (PURE_NODE.includes(specifier)) return [];
  if (specifier.startsWith("node:")) {
    const from = moduleOf(path);
    return from !== null && WITHOUT_NODE.includes(from) ? [`${path} imports ${specifier}: ${from} does no I/O`] : [];
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const places = PACKAGES[name] ?? [];
  if (places.some((place) => path === place || (place.endsWith("/") && path.startsWith(place)))) return [];
  return [`${path} imports ${specifier}: only ${places.join(", ") || "nobody"} may`];
}

/** The module a path belongs to; null for what puts the parts together, and for files outside every module. */
function moduleOf(path: string): string | null {
  const [top, folder, ...rest] = path.split("/");
  if (top === "kernels" || top === "models") return top;
  return top === "src" && rest.length > 0 && !["cli", "library"].includes(folder!) ? folder! : null;
}

/** One cycle for each back edge of a depth-first walk, its first file repeated at the end. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  const paths = await listFiles(root, ["src", "kernels", "models"], [".ts"]);
  const sources = new Map<string, string>();
  for (const path of paths) sources.set(path, await readFile(join(root, path), "utf8"));
  const wrong = checkImports(sources);
  for (const sentence of wrong) console.log(sentence);
  if (wrong.length > 0) process.exitCode = 1;
  else console.log(`${sources.size} files keep the import rules`);
}
