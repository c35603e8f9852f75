import { GrammarError } from "../contracts/grammar.ts";
import { FORMATS, IGNORED_FORMATS } from "./formats.ts";
import { at, type Schema } from "./schema.ts";

type Check = (value: string | number, limit: unknown, path: string) => boolean;

const ofTexts =
  (check: (value: string, limit: unknown, path: string) => boolean): Check =>
  (value, limit, path) =>
    typeof value !== "string" || check(value, limit, path);
const ofNumbers =
  (check: (value: number, limit: number) => boolean): Check =>
  (value, limit, path) => {
    if (typeof limit !== "number") throw new GrammarError(path, "must be a number beside const and enum");
    return typeof value !== "number" || check(value, limit);
  };

const CHECKS: Readonly<Record<string, Check>> = {
  minLength: ofTexts((value, limit) => Array.from(value).length >= (limit as number)),
  maxLength: ofTexts((value, limit) => Array.from(value).length <= (limit as number)),
  pattern: ofTexts((value, limit, path) => expression(limit, path).test(value)),
  format: ofTexts((value, limit, path) => {
    if (IGNORED_FORMATS.has(limit as string)) return true;
    const written = FORMATS.get(limit as string);
    if (written === undefined) throw new GrammarError(path, "is not supported beside const and enum");
    return isWebAddress(value, limit as string) || expression(`^(?:${written})$`, path).test(value);
  }),
  minimum: ofNumbers((value, limit) => value >= limit),
  maximum: ofNumbers((value, limit) => value <= limit),
  exclusiveMinimum: ofNumbers((value, limit) => value > limit),
  exclusiveMaximum: ofNumbers((value, limit) => value < limit),
};

/** Those of the listed values that the keywords beside `const` and `enum` allow. Throws GrammarError where that is unknown. */
export function allowedValues(values: readonly unknown[], beside: Schema, path: string): unknown[] {
  const other = Object.keys(beside).find((keyword) => !Object.hasOwn(CHECKS, keyword));
  if (other !== undefined) throw new GrammarError(at(path, other), "is not supported beside const and enum");
  const limits = Object.entries(beside);
  return values.filter((value) => {
    if (typeof value !== "string" && typeof value !== "number") return true;
    return limits.every(([keyword, limit]) => CHECKS[keyword]!(value, limit, at(path, keyword)));
  });
}

/** What is written for them is narrower than what they allow. */
function isWebAddress(value: string, format: string): boolean {
  return ["iri", "uri", "url"].includes(format) && /^https?:[!#-;=?-[\]_a-z~]+$/.test(value) && URL.canParse(value);
}

function expression(source: unknown, path: string): RegExp {
  try {
    return new RegExp(source as string, "u");
  } catch {
    throw new GrammarError(path, `${JSON.stringify(source)} is not a regular expression`);
  }
}
