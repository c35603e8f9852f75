import { expect, test } from "bun:test";
import { callSchema } from "../../../src/text/tool_calls/call_schema.ts";

const city = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

test("one tool: a call of it and nothing else", () => {
  expect(callSchema([{ name: "f", parameters: city }], "parameters")).toEqual({
    type: "object",
    properties: { name: { const: "f" }, parameters: city },
    required: ["name", "parameters"],
    additionalProperties: false,
  });
});

test("several tools: a call of any; a tool without parameters takes an empty object", () => {
  const schema = callSchema([{ name: "f", parameters: city }, { name: "now" }], "arguments");
  const [first, second] = schema.anyOf as { properties: Record<string, unknown> }[];
  expect(first!.properties).toEqual({ name: { const: "f" }, arguments: city });
  expect(second!.properties).toEqual({
    name: { const: "now" },
    arguments: { type: "object", properties: {}, additionalProperties: false },
  });
});

test("the name comes first, as the model writes it", () => {
  const { properties } = callSchema([{ name: "f" }], "arguments") as { properties: object };
  expect(Object.keys(properties)).toEqual(["name", "arguments"]);
});

test("references go on pointing to the same place; data and outward references are left alone", () => {
  const parameters = {
    type: "object",
    properties: {
      tree: { $ref: "#/$defs/node" },
      self: { $ref: "#" },
      $ref: { type: "string" },
      far: { $ref: "other.json#/x" },
      kind: { enum: [{ $ref: "#/data" }], default: { $ref: "#/data" } },
    },
    $defs: { node: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] } },
  };
  const schema = callSchema([{ name: "a" }, { name: "f", parameters }], "arguments");
  const at = "#/anyOf/1/properties/arguments";
  const { properties, $defs } = pointed(schema, at) as typeof parameters;
  expect(properties.tree).toEqual({ $ref: `${at}/$defs/node` });
  expect(properties.self).toEqual({ $ref: at });
  expect(properties.$ref).toEqual({ type: "string" });
  expect(properties.far).toEqual({ $ref: "other.json#/x" });
  expect(properties.kind).toEqual(parameters.properties.kind);
  expect($defs.node.anyOf[1]).toEqual({ $ref: `${at}/$defs/node` });
  expect(pointed(schema, properties.tree.$ref)).toBe($defs.node);
});

/** What a local reference points to. */
function pointed(schema: unknown, pointer: string): unknown {
  const steps = pointer.split("/").slice(1);
  return steps.reduce((value, step) => (value as Record<string, unknown>)[step], schema);
}
