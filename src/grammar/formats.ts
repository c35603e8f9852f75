const DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
const TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])";
const BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const LABEL = "[a-z]([a-z0-9-]{0,14}[a-z0-9])?";
const HOST = `${LABEL}(\\.${LABEL}){0,3}`;
const WEB = `https?://${HOST}(:[1-9][0-9]{1,3})?(/[A-Za-z0-9_.~-]{1,40}){0,8}(\\?[A-Za-z0-9_=&-]{1,60})?`;

const EMAIL = `[A-Za-z0-9_+-]{1,24}(\\.[A-Za-z0-9_+-]{1,16}){0,2}@${LABEL}(\\.${LABEL}){1,2}`;
const POINTER = "(/[A-Za-z0-9_.-]{1,40}){0,8}";

/**
 * What is written for a string's `format`, as a regular expression: a common part of what it allows (days up to the
 * 28th, URIs of the web, IPv6 in full).
 */
export const FORMATS: ReadonlyMap<string, string> = new Map([
  ["date", DATE],
  ["time", TIME],
  ["date-time", `${DATE}T${TIME}`],
  ["duration", "P([1-9][0-9]{0,3}D|[1-9][0-9]{0,3}M|[1-9][0-9]{0,3}W|T[1-9][0-9]{0,3}[HMS])"],
  ["email", EMAIL],
  ["hostname", HOST],
  ["idn-email", EMAIL],
  ["idn-hostname", HOST],
  ["ipv4", `${BYTE}(\\.${BYTE}){3}`],
  ["ipv6", "[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}"],
  ["uri", WEB],
  ["url", WEB],
  ["iri", WEB],
  ["uri-reference", WEB],
  ["uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"],
  ["uri-template", WEB],
  ["iri-reference", WEB],
  ["json-pointer", POINTER],
  ["relative-json-pointer", `(0|[1-9][0-9]{0,2})${POINTER}`],
  ["regex", "[A-Za-z0-9 _-]{0,60}"],
]);

/** OpenAPI's notes on how a value is stored or shown, which say nothing about its text. */
export const IGNORED_FORMATS: ReadonlySet<string> = new Set([
  "binary",
  "double",
  "float",
  "int32",
  "int64",
  "password",
  "text",
  "textarea",
]);
