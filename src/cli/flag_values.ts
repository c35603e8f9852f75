import type { FlagTexts } from "../config.ts";

/** What commander hands over for a flag. */
export type FlagValue = string | string[] | boolean;

/** Switches arrive as booleans; the schemas read texts. */
export function asTexts(values: Readonly<Record<string, FlagValue>>): FlagTexts {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === "boolean" ? String(value) : value]),
  );
}
