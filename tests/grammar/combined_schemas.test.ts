import { afterAll, describe, expect, test } from "bun:test";
import { GrammarError } from "../../src/contracts/grammar.ts";
import { accepts, never, testGrammars } from "./fixtures.ts";

const grammars = testGrammars({ threads: 1 });
afterAll(() => grammars.close());

const foo = { properties: { foo: { type: "integer" } } };
const bar = { properties: { bar: { type: "integer" } } };
const onlyFoo = { ...foo, additionalProperties: false };
const onlyBar = { ...bar, additionalProperties: false };

/** Where keywords of one schema speak of what those beside them leave out: what may be written, and what may not. */
const written: [string, object, readonly unknown[], readonly unknown[]][] = [
  [
    "additionalProperties speaks of the names that its own schema leaves out",
    { allOf: [foo], additionalProperties: { minimum: 5 }, properties: { bar: {} } },
    [{ bar: 1 }, { bar: null, foo: 5 }],
    [{ foo: 1 }, { bar: 1, foo: 4 }],
  ],
  [
    "additionalProperties: false forbids what another schema names",
    { type: "object", allOf: [onlyFoo, bar] },
    [{ foo: 1 }, {}],
    [{ bar: 1 }, { foo: 1, bar: 1 }],
  ],
  [
    "a branch that has to have what is forbidden is left out",
    {
      anyOf: [
        { ...onlyFoo, required: ["bar"], type: "object" },
        { ...bar, type: "object", required: ["bar"] },
      ],
      ...bar,
    },
    [{ bar: 1 }],
    [{ foo: 1 }],
  ],
  [
    "items speaks of the places that its own schema leaves out",
    { allOf: [{ prefixItems: [{ minimum: 3 }] }], items: { type: "integer", minimum: 5 } },
    [[5], [6, 7]],
    [[3], [3, 5]],
  ],
  ["a place that allows nothing ends the array", { prefixItems: [{ type: "integer" }, false] }, [[], [1]], [[1, 2]]],
  [
    "values are listed that the keywords beside them allow",
    { enum: ["a", "abc", "x", 5, 7], pattern: "^[a-z]+$", maxLength: 2, minimum: 6 },
    ["a", "x", 7],
    ["abc", 5],
  ],
  [
    "an address beside its format is taken as it is",
    { enum: ["https://avatars.githubusercontent.com/u/9919?v=4", "no address"], format: "uri" },
    ["https://avatars.githubusercontent.com/u/9919?v=4"],
    ["no address"],
  ],
];

describe("schemas that apply to one value", () => {
  for (const [name, schema, valid, invalid] of written) {
    test(name, async () => {
      for (const value of valid) {
        expect([value, await accepts(grammars, { kind: "json_schema", schema }, value)]).toEqual([value, true]);
      }
      for (const value of invalid) {
        expect([value, await accepts(grammars, { kind: "json_schema", schema }, value)]).toEqual([value, false]);
      }
    });
  }
});

const sealed = { unevaluatedProperties: false };
const refused: [string, object, string][] = [
  ["contains, which wants an item", { contains: true }, "contains"],
  ["names beside properties", { properties: { abc: {} }, propertyNames: { maxLength: 2 } }, "propertyNames"],
  ["an unevaluated property named by a cousin", { allOf: [foo, sealed] }, "allOf[1].unevaluatedProperties"],
  ["the same in the other order", { allOf: [sealed, foo] }, "allOf[0].unevaluatedProperties"],
  ["one that a parent names", { ...foo, allOf: [sealed] }, "allOf[0].unevaluatedProperties"],
  [
    "one named beside a reference",
    { $ref: "#/$defs/a", ...foo, $defs: { a: { ...bar, ...sealed } } },
    "unevaluatedProperties",
  ],
  ["one in a branch", { ...foo, anyOf: [{ ...bar, ...sealed }] }, "anyOf[0].unevaluatedProperties"],
  [
    "an unevaluated item of a cousin",
    { allOf: [{ prefixItems: [true] }, { unevaluatedItems: false }] },
    "allOf[1].unevaluatedItems",
  ],
  ["what is required, but not evaluated", { ...foo, ...sealed, required: ["bar"] }, "required"],
  [
    "bounds that are booleans",
    { exclusiveMinimum: true, minimum: 3, allOf: [{ exclusiveMinimum: false }] },
    "allOf[0]",
  ],
  [
    "patterns beside another schema's additionalProperties",
    { ...onlyBar, allOf: [{ patternProperties: { "^f": {} } }] },
    "allOf[0].patternProperties",
  ],
];

describe("what no grammar here expresses is refused, and where it is said:", () => {
  for (const [name, schema, path] of refused) {
    test(name, async () => {
      const error = await grammars.compile({ kind: "json_schema", schema }, never).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(GrammarError);
      expect((error as GrammarError).path).toBe(path);
    });
  }
});
