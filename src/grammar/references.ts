import { GrammarError } from "../contracts/grammar.ts";
import { at, isSchema, type Schema } from "./schema.ts";

/** Where schemas have schemas within them: one, a list, or by names. */
const ONE = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const LISTED = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const NAMED = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/** Stands for the address of a schema that names none. */
const NOWHERE = "schema:///";

/**
 * The schema with its references as paths from the root, `#/...`: those to an `$id` or `$anchor` in it, and those from
 * within a part with an `$id` of its own. References that lead elsewhere stay as they are. Throws GrammarError where drafts differ.
 */
export function referencesFromRoot(root: unknown): unknown {
  return new References(root).rewritten(root, NOWHERE);
}

class References {
  /** Paths from the root, by their addresses, and those of anchors by an address, # and the anchor. */
  readonly #places = new Map<string, readonly string[]>([[NOWHERE, []]]);

  constructor(root: unknown) {
    this.#collect(root, NOWHERE, []);
  }

  rewritten(value: unknown, outer: string): unknown {
    if (!isSchema(value)) return value;
    const base = baseOf(value, outer);
    const inner = mapSchemas(value, (schema) => this.rewritten(schema, base));
    return typeof value.$ref === "string" ? { ...inner, $ref: this.#fromRoot(value.$ref, base) } : inner;
  }

  #collect(value: unknown, outer: string, path: readonly string[]): void {
    if (!isSchema(value)) return;
    const base = baseOf(value, outer);
    const note = (address: string) => this.#places.has(address) || this.#places.set(address, path);
    note(base);
    const { $id, $anchor, $dynamicAnchor, $ref } = value;
    if (path.length > 0 && $ref !== undefined && typeof $id === "string" && !$id.startsWith("#")) {
      // Until draft 7 it says nothing there, and since then it moves the reference.
      throw new GrammarError(at("", ...path, "$id"), "is not supported beside $ref");
    }
    for (const anchor of [$anchor, $dynamicAnchor]) if (typeof anchor === "string") note(`${base}#${anchor}`);
    // Until draft 7, an anchor was an $id.
    if (typeof $id === "string" && /^#[^/]/.test($id)) note(base + $id);
    mapSchemas(value, (schema, ...steps) => this.#collect(schema, base, [...path, ...steps]));
  }

  #fromRoot(reference: string, base: string): string {
    const hash = reference.indexOf("#");
    const [address, fragment] = hash < 0 ? [reference, ""] : [reference.slice(0, hash), reference.slice(hash + 1)];
    const whole = joined(address, base);
    const isPath = fragment === "" || fragment.startsWith("/");
    const place = this.#places.get(isPath ? whole : `${whole}#${fragment}`);
    if (place === undefined) return reference;
    const steps = place.map((step) => `/${encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))}`);
    return `#${steps.join("")}${isPath ? fragment : ""}`;
  }
}

function baseOf({ $id }: Schema, outer: string): string {
  return typeof $id === "string" ? joined($id.replace(/#.*$/s, ""), outer) : outer;
}

function joined(address: string, base: string): string {
  if (address === "") return base;
  return URL.canParse(address, base) ? new URL(address, base).href : `${base} ${address}`;
}

function mapSchemas(schema: Schema, map: (inner: unknown, ...steps: readonly string[]) => unknown): Schema {
  const mapped: Record<string, unknown> = { ...schema };
  for (const keyword of ONE) if (isSchema(schema[keyword])) mapped[keyword] = map(schema[keyword], keyword);
  for (const keyword of LISTED) {
    const list = schema[keyword];
    if (Array.isArray(list)) mapped[keyword] = list.map((inner, i) => map(inner, keyword, String(i)));
  }
  for (const keyword of NAMED) {
    const named = schema[keyword];
    if (!isSchema(named)) continue;
    const entries = Object.entries(named).map(([name, inner]) => [name, map(inner, keyword, name)]);
    mapped[keyword] = Object.fromEntries(entries);
  }
  return mapped;
}
