import { afterAll, describe, expect, test } from "bun:test";
import type { GrammarSource, Grammars } from "../../src/contracts/grammar.ts";
import { testGrammars } from "../grammar/fixtures.ts";
import { harness } from "./harness.ts";
import { messages, scripted, weather } from "./tools_harness.ts";

const grammars = testGrammars();
afterAll(() => grammars.close());

const CHAT = "/v1/chat/completions";
const prompt = "a";

/** Compiles for real, and remembers what. */
function recorded() {
  const sources: GrammarSource[] = [];
  const recording: Grammars = {
    compile(source, signal) {
      sources.push(source);
      return grammars.compile(source, signal);
    },
    close() {},
  };
  return { sources, grammars: recording };
}

describe("the form that is asked for reaches the engine", () => {
  const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
  const json = { kind: "json_schema", schema };
  const cases: [string, object, object][] = [
    ["json_object", { response_format: { type: "json_object" } }, { kind: "json_schema", schema: { type: "object" } }],
    [
      "json_schema",
      { response_format: { type: "json_schema", json_schema: { name: "x", schema, strict: true } } },
      json,
    ],
    ["json", { structured_outputs: { json: schema } }, json],
    ["json as text", { structured_outputs: { json: JSON.stringify(schema) } }, json],
    ["regex", { structured_outputs: { regex: "a+" } }, { kind: "regex", pattern: "a+" }],
    ["choice", { structured_outputs: { choice: ["a", "b"] } }, { kind: "choice", choices: ["a", "b"] }],
    ["grammar", { structured_outputs: { grammar: 'root ::= "a"' } }, { kind: "ebnf", text: 'root ::= "a"' }],
    ["guided_json", { guided_json: schema }, json],
    ["guided_regex", { guided_regex: "a" }, { kind: "regex", pattern: "a" }],
    ["guided_choice", { guided_choice: ["x"] }, { kind: "choice", choices: ["x"] }],
    ["guided_grammar", { guided_grammar: 'root ::= "b"' }, { kind: "ebnf", text: 'root ::= "b"' }],
  ];
  for (const [name, fields, source] of cases) {
    test(name, async () => {
      const { sources, grammars } = recorded();
      const app = harness({ serving: { grammars } });
      expect((await app.post("/v1/completions", { prompt, max_tokens: 1, ...fields })).status).toBe(200);
      expect(sources).toEqual([source as GrammarSource]);
      expect(app.engine.seen[0]!.grammar).toBeDefined();
    });
  }

  test("text asks for nothing", async () => {
    const { sources, grammars } = recorded();
    const app = harness({ serving: { grammars } });
    expect(
      (await app.post("/v1/completions", { prompt, max_tokens: 1, response_format: { type: "text" } })).status,
    ).toBe(200);
    expect(sources).toEqual([]);
    expect(app.engine.seen[0]!.grammar).toBeUndefined();
  });
});

describe("a form that cannot be kept is a 400 that says where", () => {
  const schema = (schema: object) => ({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } });
  const at = "response_format.json_schema.schema";
  const cases: [object, string, RegExp][] = [
    [schema({ type: "strin" }), `${at}.type`, /one of object, array/],
    [schema({ properties: { a: { not: { type: "string" } } } }), `${at}.properties.a.not`, /not supported/],
    [schema({ type: "array", uniqueItems: true }), `${at}.uniqueItems`, /not supported/],
    [schema({ $ref: "#/$defs/x" }), `${at}.$ref`, /leads to no schema/],
    [schema({ type: "string", pattern: "(a" }), `${at}.pattern`, /not closed, at position 0/],
    [schema({ type: "integer", minimum: 3, maximum: 2 }), at, /no number/],
    [{ structured_outputs: { regex: "a(?=b)" } }, "structured_outputs.regex", /position/],
    [{ structured_outputs: { grammar: "root ::= nothing" } }, "structured_outputs.grammar", /line 1, column/],
    [{ structured_outputs: { choice: ["a", ""] } }, "structured_outputs.choice[1]", /not empty/],
    [{ structured_outputs: { json: "{" } }, "structured_outputs.json", /must be JSON/],
    [{ structured_outputs: {} }, "structured_outputs", /must have one of/],
    [{ structured_outputs: { regex: "a" }, guided_regex: "a" }, "guided_regex", /cannot be used with/],
    [
      { structured_outputs: { structural_tag: { format: { type: "x" } } } },
      "structured_outputs.structural_tag.format.type",
      /one of/,
    ],
    [{ guided_regex: "a", use_beam_search: true, n: 2 }, "guided_regex", /use_beam_search/],
  ];
  for (const [fields, param, message] of cases) {
    test(`${JSON.stringify(fields).slice(0, 90)} -> ${param}`, async () => {
      const response = await harness({ serving: { grammars } }).post("/v1/completions", {
        prompt,
        temperature: 0,
        ...fields,
      });
      const { error } = await response.json();
      expect({ status: response.status, param: error.param }).toEqual({ status: 400, param });
      expect(error.message).toMatch(message);
    });
  }
});

describe("calls that are forced", () => {
  const tools = [weather];
  const call = '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo"}}</tool_call>';

  test("required and named come back as calls, of an answer that keeps to their form", async () => {
    for (const tool_choice of ["required", { type: "function", function: { name: "get_weather" } }]) {
      const { sources, grammars } = recorded();
      const app = scripted({ says: call, serving: { grammars } });
      const { choices } = await (await app.post(CHAT, { messages, tools, tool_choice })).json();
      expect(choices[0].finish_reason).toBe("tool_calls");
      expect(choices[0].message.tool_calls[0].function.name).toBe("get_weather");
      expect(sources[0]!.kind).toBe("structural_tag");
      expect(app.engine.seen[0]!.grammar).toBeDefined();
    }
  });

  test("every format's calls can be compiled", async () => {
    for (const format of ["hermes", "llama3_json", "mistral"] as const) {
      const app = scripted({ says: call, format, serving: { grammars } });
      expect((await app.post(CHAT, { messages, tools, tool_choice: "required" })).status).toBe(200);
    }
  });

  test("are not mixed with another form", async () => {
    const app = scripted({ says: call, serving: { grammars } });
    const body = { messages, tools, tool_choice: "required", response_format: { type: "json_object" } };
    const { error } = await (await app.post(CHAT, body)).json();
    expect(error.param).toBe("response_format");
  });
});
