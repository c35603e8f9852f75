import { SingleBar } from "cli-progress";
import type { DownloadProgress } from "../weights/hub.ts";
import { resolveModel } from "../weights/hub.ts";

/** `octavo pull MODEL`: brings the revision's newest commit into the Hugging Face cache and prints its directory. */
export async function pull(model: string): Promise<void> {
  const progress = downloadProgress(process.stderr);
  try {
    const directory = await resolveModel(model, { onProgress: progress.show, refresh: true });
    progress.stop();
    process.stdout.write(`${directory}\n`);
  } finally {
    progress.stop();
  }
}

export interface ProgressDisplay {
  readonly show: (progress: DownloadProgress) => void;
  readonly stop: () => void;
}

/** A bar per file on a terminal; elsewhere a line when a file begins and when it is whole. */
export function downloadProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): ProgressDisplay {
  const format = "{file} [{bar}] {percentage}% of {megabytes} MB, {eta_formatted} left";
  let bar: SingleBar | null = null;
  let current = "";
  const stop = () => {
    bar?.stop();
    bar = null;
  };
  const show = ({ file, received, size }: DownloadProgress) => {
    if (!bar || file !== current) {
      stop();
      current = file;
      bar = new SingleBar({ stream, format, etaBuffer: 100 });
      bar.start(size, received, { file, megabytes: megabytes(size) });
    }
    bar.update(received);
  };
  return { show, stop };
}

function lines(stream: NodeJS.WritableStream): ProgressDisplay {
  let current = "";
  const show = ({ file, received, size }: DownloadProgress) => {
    if (file !== current) stream.write(`downloading ${file}, ${megabytes(size)} MB\n`);
    if (received === size) stream.write(`downloaded ${file}\n`);
    current = file;
  };
  return { show, stop: () => {} };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
