import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/** Where everyone who is compared with is kept: no part of Octavo, and never in its package.json. */
const HOME = join(import.meta.dirname, "../../.octavo/compare");

/** The node_modules with `name`@`version` in it, installed from npm at the first call. */
export async function installed(name: string, version: string): Promise<string> {
  const directory = join(HOME, `${name.replace("/", "-")}-${version}`);
  if (!existsSync(directory)) {
    console.error(`installing ${name} ${version} into ${directory}`);
    await mkdir(HOME, { recursive: true });
    const unfinished = await mkdtemp(join(HOME, "unfinished-"));
    try {
      await writeFile(
        join(unfinished, "package.json"),
        `{"private": true, "dependencies": {"${name}": "${version}"}}\n`,
      );
      const { status, stderr } = spawnSync(process.execPath, ["install", "--ignore-scripts", "--no-summary"], {
        cwd: unfinished,
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(`Cannot install ${name} ${version}: ${stderr.trim()}`);
      await rename(unfinished, directory);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return join(directory, "node_modules");
}

/** A file made of a model for somebody who is compared with; `name` must tell it from others. */
export async function derivedFile(name: string): Promise<string> {
  const directory = join(HOME, "models");
  await mkdir(directory, { recursive: true });
  return join(directory, name);
}
