import { describe, expect, test } from "bun:test";
import { chatAnswer, chatChunk, completionAnswer, errorAnswer } from "../../src/http/answer_schemas.ts";
import { ENDPOINTS } from "../../src/http/endpoints.ts";
import { FIELD_DOCS } from "../../src/http/field_docs.ts";
import { type JsonSchema, openApi } from "../../src/http/openapi.ts";
import { events, harness, saying } from "./harness.ts";

const document = openApi("1.2.3");

test("every route is described, and nothing else", () => {
  const { app } = harness();
  const routes = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => {
      return `${method} ${path.replace(/:(\w+)(\{.*?\})?/g, "{}")}`;
    });
  const described = ENDPOINTS.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, "{}")}`);
  expect(described.toSorted()).toEqual([...new Set(routes)].toSorted());
});

test("GET /openapi.json and /docs need neither key nor model", async () => {
  const { get } = harness({ deps: { apiKeys: ["secret"], serving: () => null } });
  expect(await (await get("/openapi.json")).json()).toEqual(JSON.parse(JSON.stringify(document)));
  const page = await get("/docs");
  expect(page.headers.get("content-type")).toStartWith("text/html");
  const html = await page.text();
  for (const { path } of ENDPOINTS) expect(html).toContain(path);
  expect(html).toContain("frequency_penalty");
  expect(html).not.toMatch(/<script|src=|https?:/);
});

describe("the document is OpenAPI 3.1", () => {
  test("operations have ids of their own, answers, and parameters for the braces in their paths", () => {
    const ids = new Set<string>();
    for (const [path, operations] of Object.entries(document.paths)) {
      expect(path).toStartWith("/");
      for (const operation of Object.values(operations)) {
        ids.add(operation.operationId as string);
        expect(operation.operationId).toMatch(/^[a-z][a-zA-Z0-9]*$/);
        expect(operation.responses["200"]!.description).toBe("OK");
        const parameters = (operation.parameters ?? []) as { name: string }[];
        expect(parameters.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      }
    }
    expect(ids.size).toBe(ENDPOINTS.length);
  });

  test("every $ref leads somewhere and every schema is of the dialect's words", () => {
    const words = new Set(
      "$ref additionalProperties anyOf not oneOf const default description enum exclusiveMaximum exclusiveMinimum items maxItems maxLength maximum minItems minLength minimum pattern properties propertyNames required type format".split(
        " ",
      ),
    );
    const visit = (schema: JsonSchema) => {
      for (const word of Object.keys(schema)) expect(words).toContain(word);
      const { properties = {}, items, anyOf = [], additionalProperties } = schema as Record<string, never>;
      for (const inner of [...Object.values(properties), ...(anyOf as JsonSchema[])]) visit(inner as JsonSchema);
      for (const inner of [items, additionalProperties]) if (typeof inner === "object") visit(inner);
    };
    for (const { requestBody, responses } of Object.values(document.paths).flatMap(Object.values)) {
      for (const content of [requestBody?.content, responses["200"].content]) {
        for (const { schema } of Object.values(content ?? {}) as { schema?: JsonSchema }[]) if (schema) visit(schema);
      }
    }
    const refs = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, path] of refs) {
      // biome-ignore lint/suspicious/noExplicitAny: a walk through JSON
      expect(path!.split("/").reduce<any>((node, step) => node?.[step], document)).toBeDefined();
    }
  });

  test("every field of a request says what it means and of what type it is", () => {
    for (const { requestBody } of Object.values(document.paths).flatMap(Object.values)) {
      const properties = requestBody?.content["application/json"].schema.properties ?? {};
      for (const [name, schema] of Object.entries(properties) as [string, JsonSchema][]) {
        expect(`${name}: ${schema.description}`).toBe(`${name}: ${FIELD_DOCS[name]}`);
        expect(Object.keys(schema).length, name).toBeGreaterThan(1);
      }
    }
  });
});

test("real answers are as described, field by field", async () => {
  const { post } = harness({ next: saying("abc"), delay: null });
  const messages = [{ role: "user", content: "hi" }];
  const scores = { logprobs: true, top_logprobs: 2, return_token_ids: true };
  for (const body of [
    { messages, max_tokens: 3 },
    { messages, max_tokens: 3, ...scores },
  ]) {
    chatAnswer.parse(await (await post("/v1/chat/completions", body)).json());
    const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
    for (const chunk of await events(await post("/v1/chat/completions", streamed))) chatChunk.parse(chunk);
  }
  const body = { prompt: "x", max_tokens: 3, logprobs: 1, n: 2, return_token_ids: true };
  completionAnswer.parse(await (await post("/v1/completions", body)).json());
  for (const chunk of await events(await post("/v1/completions", { ...body, stream: true }))) {
    completionAnswer.parse(chunk);
  }
  for (const { method, path, request, answer } of ENDPOINTS) {
    if (method !== "post" || request === undefined || typeof answer === "string") continue;
    errorAnswer.parse(await (await post(path, { nonsense: 1 })).json());
  }
}, 240_000);

test("the small answers are as described", async () => {
  const { get, post } = harness();
  for (const { method, path, answer } of ENDPOINTS) {
    if (method !== "get" || typeof answer === "string") continue;
    const response = await get(path.replace(/\{model\}/, "org/tiny"));
    if (!path.includes("{response}")) answer.parse(await response.json());
  }
  for (const [path, body] of [
    ["/tokenize", { prompt: "x", return_token_strs: true }],
    ["/detokenize", { tokens: [1] }],
  ] as const) {
    const { answer } = ENDPOINTS.find((endpoint) => endpoint.path === path)!;
    if (typeof answer !== "string") answer.parse(await (await post(path, body)).json());
  }
});
