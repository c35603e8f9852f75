import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../config.ts";

/** Where models/bundled lies from dist/octavo.js, the bundle for Node, and from this file. */
const PLACES = ["../models/bundled", "../../models/bundled"];

/**
 * The directory of the model that comes with Octavo: the one under models/bundled. Throws ConfigError that says how to
 * name a model where there is none.
 *
 * @param program URL of the running program's file
 */
export async function bundledModel(program: string = import.meta.url): Promise<string> {
  for (const place of PLACES) {
    const folder = fileURLToPath(new URL(place, program));
    const [model, ...others] = await directoriesIn(folder);
    if (others.length > 0) {
      throw new ConfigError(
        `Cannot choose the bundled model: ${folder} has ${[model, ...others].join(", ")}; name one`,
      );
    }
    if (model !== undefined) return join(folder, model);
  }
  throw new ConfigError(
    "Name the model: a directory with config.json and model.safetensors, or a hub id such as org/name; none is bundled here",
  );
}

/** Their names, in order; none where the folder does not exist. */
async function directoriesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
