import { parseModel } from "../../models/registry.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { weightDtype } from "../../src/weights/dtype.ts";
import { checkFit } from "../../src/weights/fit.ts";
import { modelDirectory } from "../load/target.ts";
import type { OpponentModel } from "./opponents.ts";

/** A model directory and what everyone must agree on: a KV cache in f32 for weights in f32, else in f16. */
export async function readModel(model: string): Promise<OpponentModel> {
  const directory = await modelDirectory(model);
  const opened = await openCheckpoint(directory);
  try {
    const spec = parseModel(opened.config);
    const stored = checkFit(spec, opened).tensors.get(spec.embedding.name)!.dtype;
    return { directory, spec, kvDtype: weightDtype(stored) === "f32" ? "f32" : "f16" };
  } finally {
    await opened.close();
  }
}
