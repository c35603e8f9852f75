import { expect, test } from "bun:test";
import type { LogRecord } from "@logtape/logtape";
import { lineFormatter } from "../../src/cli/logging.ts";

const properties = { method: "POST", ms: 12, text: 'two\n"lines"' };
const record: LogRecord = {
  category: ["octavo", "http"],
  level: "info",
  timestamp: 0,
  rawMessage: "{method} in {ms} ms: {text}",
  message: ["", "POST", " in ", 12, " ms: ", 'two\n"lines"', ""],
  properties,
};

test("json: one object a line, with a readable message and the properties as they are", () => {
  const line = lineFormatter("json")(record);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({
    "@timestamp": "1970-01-01T00:00:00.000Z",
    level: "INFO",
    message: 'POST in 12 ms: two\n"lines"',
    logger: "octavo.http",
    properties,
  });
});

test("text: strings without quotes", () => {
  expect(lineFormatter("text")(record)).toContain('POST in 12 ms: two\n"lines"');
});
