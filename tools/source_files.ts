import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";

/** Paths from `root`, with / and sorted, of the files in `folders` that end in one of `endings`. */
export async function listFiles(
  root: string,
  folders: readonly string[],
  endings: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(join(root, folder), { recursive: true })) {
      if (endings.some((ending) => entry.endsWith(ending))) found.push(join(folder, entry).split(sep).join("/"));
    }
  }
  return found.sort();
}
