/**
 * Shader and binding data agree, as a program: `bun tools/check_kernels.ts` exits 1 with a sentence for each difference.
 * It reads the WGSL text and needs no GPU.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Kernel } from "../kernels/define.ts";
import { listFiles } from "./source_files.ts";

const BINDING = /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<([^>]*)>\s*(\w+)\s*:\s*([^;]+);/g;
const PARAMS = /struct\s+Params\s*\{([^}]*)\}/;
const COMMENT = /\/\/.*$/gm;

/** What differs between a kernel's shader and its binding data. */
export function checkKernel(kernel: Kernel): string[] {
  const source = kernel.source.replace(COMMENT, "");
  const expected = [
    "uniform step: Step",
    "uniform params: Params",
    ...Object.entries(kernel.buffers).map(([name, binding]) => {
      const [access, ...type] = binding.split(" ");
      return `storage, ${access} ${name}: ${type.join(" ")}`;
    }),
  ];
  const found: string[] = [];
  const wrong: string[] = [];
  for (const [, group, binding, space, name, type] of source.matchAll(BINDING)) {
    if (group !== "0") wrong.push(`${name} lies in group ${group}: kernels use group 0 alone`);
    if (found[Number(binding)]) wrong.push(`binding ${binding} is declared twice`);
    found[Number(binding)] = `${space!.replace(/\s*,\s*/, ", ")} ${name}: ${type!.trim()}`;
  }
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    if (found[i] !== expected[i]) {
      wrong.push(
        `binding ${i} is "${found[i] ?? "nothing"}" in the shader and "${expected[i] ?? "nothing"}" in the data`,
      );
    }
  }
  return [...wrong, ...checkOrder(kernel), ...checkParams(kernel, source), ...checkConstants(kernel, source)].map(
    (sentence) => `kernels/${kernel.name}: ${sentence}`,
  );
}

function checkOrder({ buffers }: Kernel): string[] {
  const writes = Object.values(buffers).map((binding) => binding.startsWith("read_write "));
  return writes.lastIndexOf(false) > writes.indexOf(true) && writes.includes(true)
    ? ["reads come before writes in the bindings"]
    : [];
}

function checkParams({ params }: Kernel, source: string): string[] {
  const shader = (source.match(PARAMS)?.[1] ?? "").split(",").map((field) => field.trim().replace(/\s*:\s*/, ": "));
  const fields = shader.filter(Boolean).join(", ");
  const data = Object.entries(params).map(([name, type]) => `${name}: ${type}`);
  return fields === data.join(", ")
    ? []
    : [`Params are "${fields}" in the shader and "${data.join(", ")}" in the data`];
}

function checkConstants({ constants, libs }: Kernel, source: string): string[] {
  const text = [...libs, source].join("\n");
  return constants
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(text))
    .map((name) => `the shader does not use the constant ${name}`);
}

/** Pairs of `.wgsl` and `.ts` files, and every kernel they define. */
export async function checkAll(root: string): Promise<string[]> {
  const paths = await listFiles(root, ["kernels"], [".wgsl", ".ts"]);
  const kernels = paths.filter((path) => !path.startsWith("kernels/lib/") && !/\/(define|wgsl\.d)\.ts$/.test(path));
  const names = new Set(kernels.map((path) => path.replace(/\.(wgsl|ts)$/, "")));
  const wrong: string[] = [];
  for (const name of names) {
    const missing = [".wgsl", ".ts"].filter((ending) => !kernels.includes(name + ending));
    if (missing.length > 0) {
      wrong.push(`${name}${missing[0]} is missing: a kernel is a .wgsl file and a .ts file`);
      continue;
    }
    const module: Record<string, unknown> = await import(pathToFileURL(join(root, `${name}.ts`)).href);
    const kernel = Object.values(module).find(
      (value) => typeof value === "object" && value !== null && "source" in value,
    );
    if (!kernel) wrong.push(`${name}.ts exports no kernel`);
    else wrong.push(...checkKernel(kernel as Kernel));
  }
  return wrong;
}

if (import.meta.main) {
  const wrong = await checkAll(join(import.meta.dirname, ".."));
  for (const sentence of wrong) console.error(sentence);
  process.exit(wrong.length > 0 ? 1 : 0);
}
