import { inspect } from "node:util";
import {
  configure,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getStreamSink,
  getTextFormatter,
} from "@logtape/logtape";

/** Sends the log, from `lowestLevel` on, to stderr: stdout is for the ready line and for results. */
export async function configureLogging(
  format: "text" | "json",
  lowestLevel: "info" | "warning" = "info",
): Promise<void> {
  const stderr = new WritableStream<Uint8Array>({
    write: (chunk) => {
      process.stderr.write(chunk);
    },
  });
  await configure({
    sinks: {
      stderr: getStreamSink(stderr, { formatter: format === "json" ? getJsonLinesFormatter() : textFormatter() }),
    },
    loggers: [
      { category: "octavo", lowestLevel, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}

function textFormatter() {
  const options = { value: (value: unknown) => (typeof value === "string" ? value : inspect(value)) };
  return process.stderr.isTTY ? getAnsiColorFormatter(options) : getTextFormatter(options);
}
