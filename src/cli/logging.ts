import {
  configure,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getStreamSink,
  getTextFormatter,
} from "@logtape/logtape";

/** Sends the log to stderr: stdout is for the ready line and for results. */
export async function configureLogging(format: "text" | "json"): Promise<void> {
  const stderr = new WritableStream<Uint8Array>({
    write: (chunk) => {
      process.stderr.write(chunk);
    },
  });
  const text = process.stderr.isTTY ? getAnsiColorFormatter() : getTextFormatter();
  const formatter = format === "json" ? getJsonLinesFormatter() : text;
  await configure({
    sinks: { stderr: getStreamSink(stderr, { formatter }) },
    loggers: [
      { category: "octavo", lowestLevel: "info", sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}
