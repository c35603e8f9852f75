import { inspect } from "node:util";
import {
  configure,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getStreamSink,
  getTextFormatter,
  type TextFormatter,
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
      stderr: getStreamSink(stderr, { formatter: lineFormatter(format, process.stderr.isTTY) }),
    },
    loggers: [
      { category: "octavo", lowestLevel, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}

/** A record as a line of text, or as a line that is a JSON object. */
export function lineFormatter(format: "text" | "json", colour = false): TextFormatter {
  const value = (part: unknown) => (typeof part === "string" ? part : inspect(part));
  if (format === "text") return colour ? getAnsiColorFormatter({ value }) : getTextFormatter({ value });
  const json = getJsonLinesFormatter();
  // It would put every string of the message into quotes.
  return (record) => json({ ...record, message: [record.message.map(value).join("")] });
}
