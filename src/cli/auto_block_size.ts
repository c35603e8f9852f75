import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { Device } from "../contracts/device.ts";
import { type AttentionShape, BLOCK_SIZES, chooseBlockSize, timeBlockSizes } from "../runner/block_size.ts";
import { VERSION } from "../version.ts";

const log = getLogger(["octavo", "load"]);

/** The block sizes that this version of Octavo has measured, by adapter and shape of the attention. */
interface Remembered {
  readonly version: string;
  readonly blockSizes: Readonly<Record<string, number>>;
}

/** `octavo/block_sizes.json` in the user's cache directory. */
export function blockSizeFile(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "octavo", "block_sizes.json");
}

/**
 * What `--block-size auto` is on this device for this model: what an earlier start measured and `file` remembers, else
 * measured now. A file that cannot be read or written costs the next start a measurement and nothing else.
 */
export async function autoBlockSize(
  device: Device,
  shape: AttentionShape,
  file: string,
  measure: typeof timeBlockSizes = timeBlockSizes,
): Promise<number> {
  const { heads, kvHeads, headDim, kvDtype, maxPositions } = shape;
  const key = `${device.name}: ${heads}/${kvHeads} heads of ${headDim}, ${kvDtype}, up to ${maxPositions} tokens`;
  const blockSizes = await recall(file);
  const known = blockSizes[key];
  if (known !== undefined) {
    log.info("Blocks of {blockSize} tokens, as measured by an earlier start", { blockSize: known });
    return known;
  }
  const start = performance.now();
  const blockSize = chooseBlockSize(await measure(device, shape, () => performance.now()));
  const milliseconds = Math.round(performance.now() - start);
  log.info("Blocks of {blockSize} tokens, measured in {milliseconds} ms", { blockSize, milliseconds });
  await remember(file, { version: VERSION, blockSizes: { ...blockSizes, [key]: blockSize } });
  return blockSize;
}

/** What the file knows; nothing where it cannot be read, is damaged or another version's. */
async function recall(file: string): Promise<Remembered["blockSizes"]> {
  try {
    const { version, blockSizes } = JSON.parse(await readFile(file, "utf8")) as Partial<Remembered>;
    if (version !== VERSION) return {};
    return Object.fromEntries(Object.entries(blockSizes ?? {}).filter(([, size]) => BLOCK_SIZES.includes(size)));
  } catch {
    return {};
  }
}

/** Atomically, so that a start at the same moment reads the old file or the new one. */
async function remember(file: string, remembered: Remembered): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(unfinished, `${JSON.stringify(remembered, null, 1)}\n`);
    await rename(unfinished, file);
  } catch (error) {
    log.debug("Cannot remember the block size: {error}", { error: String(error) });
  }
}
