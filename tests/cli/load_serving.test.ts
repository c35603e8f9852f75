import { expect, test } from "bun:test";
import { basename } from "node:path";
import { bundledModel } from "../../src/cli/bundled_model.ts";
import { type Loaded, loadServing } from "../../src/cli/load_serving.ts";
import { parseServeConfig } from "../../src/config.ts";
import { trainedModel } from "../e2e/goldens.ts";

/** Loads on the reference device, looks, and closes. */
async function loaded<T>(model: string | undefined, look: (loaded: Loaded) => T, names: string[] = []): Promise<T> {
  const flags = { device: "reference", kvCacheMemory: "8M", maxNumBatchedTokens: "256", servedModelName: names };
  const it = await loadServing(model, parseServeConfig(flags, {}));
  try {
    return look(it);
  } finally {
    await it.built.engine.close();
  }
}

const trained = trainedModel("stories260K");

test.skipIf(!trained)("a directory is served under its name and its path, or under the names given", async () => {
  const { directory } = trained!;
  const ids = ({ serving }: Loaded) => serving.model.ids;
  expect(await loaded(directory, ids)).toEqual(["stories260K", directory]);
  expect(await loaded(directory, ids, ["a", "b"])).toEqual(["a", "b"]);
});

const bundled = await bundledModel().catch((error: Error) => {
  console.warn(`skipped: ${error.message}`);
  return null;
});

test.skipIf(!bundled)(
  "without a model, the bundled one is served under its directory's name, ready to chat",
  async () => {
    const { model, chatTemplate, toolCalls, reasoning } = await loaded(undefined, ({ serving }) => serving);
    expect(model.ids).toEqual([basename(bundled!)]);
    expect(chatTemplate).not.toBeNull();
    expect(toolCalls?.name).toBe("hermes");
    expect(reasoning).toBe(false);
  },
);
