import { SingleBar } from "cli-progress";
import type { LoadProgress } from "../runner/load_weights.ts";

/** A bar on a terminal; elsewhere a line at every tenth of a checkpoint that is large enough to wait for. */
export function loadingProgress(stream: NodeJS.WriteStream): { show(progress: LoadProgress): void; stop(): void } {
  return stream.isTTY ? bar(stream) : lines(stream);
}

/** Bytes below which loading is over before anyone could read a line about it. */
const WORTH_A_LINE = 256e6;

function bar(stream: NodeJS.WriteStream) {
  const shown = new SingleBar({
    stream,
    format: "loading weights [{bar}] {percentage}% of {megabytes} MB",
    clearOnComplete: true,
  });
  let started = false;
  return {
    show({ loadedBytes, totalBytes }: LoadProgress) {
      if (!started) shown.start(totalBytes, 0, { megabytes: Math.ceil(totalBytes / 1e6) });
      started = true;
      shown.update(loadedBytes);
    },
    stop: () => shown.stop(),
  };
}

function lines(stream: NodeJS.WriteStream) {
  let tenths = 0;
  return {
    show({ loadedBytes, totalBytes }: LoadProgress) {
      const reached = Math.floor((loadedBytes * 10) / totalBytes);
      if (totalBytes < WORTH_A_LINE || reached <= tenths) return;
      tenths = reached;
      stream.write(`loading weights: ${reached * 10}% of ${Math.ceil(totalBytes / 1e6)} MB\n`);
    },
    stop() {},
  };
}
