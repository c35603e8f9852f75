import { describe, expect, test } from "bun:test";
import { GrammarError } from "../../src/contracts/grammar.ts";
import { jsonSchemaGrammar } from "../../src/grammar/json_schema.ts";
import { referencesFromRoot } from "../../src/grammar/references.ts";

const $defs = {
  anchored: { $anchor: "a", type: "string" },
  old: { $id: "#o", type: "null" },
  "with a / and ~": { $id: "part.json", $defs: { own: { type: "integer" } }, items: { $ref: "#/$defs/own" } },
};

/** Paths from the root that references lead to; null: they stay. */
const references: [string, string | null][] = [
  ["#", "#"],
  ["#/$defs/anchored", "#/$defs/anchored"],
  ["#a", "#/%24defs/anchored"],
  ["#o", "#/%24defs/old"],
  ["#missing", null],
  ["part.json", "#/%24defs/with%20a%20~1%20and%20~0"],
  ["part.json#/$defs/own", "#/%24defs/with%20a%20~1%20and%20~0/$defs/own"],
  ["https://example.com/schemas/part.json", "#/%24defs/with%20a%20~1%20and%20~0"],
  ["/schemas/root.json", "#"],
  ["https://example.com/other.json", null],
];

describe("a reference", () => {
  for (const [$ref, expected] of references) {
    test(`${$ref} ${expected === null ? "stays" : `leads to ${expected}`}`, () => {
      const root = { $id: "https://example.com/schemas/root.json", $defs, properties: { x: { $ref } } };
      expect(referencesFromRoot(root)).toHaveProperty("properties.x.$ref", expected ?? $ref);
    });
  }

  test("within a part with an address of its own starts there", () => {
    const path = ["$defs", "with a / and ~", "items", "$ref"];
    expect(referencesFromRoot({ $defs })).toHaveProperty(path, "#/%24defs/with%20a%20~1%20and%20~0/$defs/own");
    expect(jsonSchemaGrammar({ $defs, $ref: "part.json" })).toContain("[");
  });

  test("in a constant is none", () => {
    const root = { const: { $ref: "#a" }, $defs };
    expect(referencesFromRoot(root)).toHaveProperty("const.$ref", "#a");
  });

  test("beside an $id is refused, because drafts differ; at the root they do not", () => {
    const inner = { $id: "other/", $ref: "part.json" };
    expect(() => referencesFromRoot({ $defs, allOf: [inner] })).toThrow(GrammarError);
    expect(referencesFromRoot({ $defs, ...inner })).toHaveProperty("$ref", "#/%24defs/with%20a%20~1%20and%20~0");
  });
});
