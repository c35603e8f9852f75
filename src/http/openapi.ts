import { z } from "zod";
import { errorAnswer } from "./answer_schemas.ts";
import { ENDPOINTS, type Endpoint } from "./endpoints.ts";
import { FIELD_DOCS } from "./field_docs.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly summary: string;
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly [field: string]: unknown;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

export interface OpenApi {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly [field: string]: unknown;
}

/** The server's description in OpenAPI 3.1, made from the schemas that read the requests. */
export function openApi(version: string): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of ENDPOINTS) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Octavo",
      version,
      description: "OpenAI-compatible LLM inference. A field of null counts as left out; an unknown field is an error.",
    },
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
      schemas: { Error: jsonSchema(errorAnswer, "output") },
      responses: {
        Error: {
          description: "What is wrong; `param` names the field",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
    },
    // Asked for where the server has any.
    security: [{ key: [] }, {}],
  };
}

function operation({ method, path, summary, request, answer, event, open }: Endpoint): Operation {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const content: Content = {
    ...(typeof answer === "string"
      ? { [answer]: {} }
      : { "application/json": { schema: jsonSchema(answer, "output") } }),
    ...(event && { "text/event-stream": { schema: jsonSchema(event, "output") } }),
  };
  return {
    operationId: `${method}${path.replace(/[^a-z]+([a-z]|$)/gi, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    }),
    ...(request && {
      requestBody: { required: true, content: { "application/json": { schema: jsonSchema(request, "input") } } },
    }),
    responses: { "200": { description: "OK", content }, default: { $ref: "#/components/responses/Error" } as never },
    ...(open && { security: [] }),
  };
}

const text = { type: "string" };
const tokenIds = { type: "array", items: { type: "integer", minimum: 0 } };
const listOf = (items: JsonSchema) => ({ type: "array", items });

/** Of fields that a function reads, which says nothing of what it takes. */
const SHAPES: Readonly<Record<string, JsonSchema>> = {
  arguments: text,
  content: {
    anyOf: [
      text,
      listOf({
        type: "object",
        properties: { type: { const: "text" }, text },
        required: ["type", "text"],
      }),
      { type: "null" },
    ],
  },
  input: { anyOf: [text, listOf(text), tokenIds, listOf(tokenIds), listOf({ type: "object" })] },
  prompt: { anyOf: [text, listOf(text), tokenIds, listOf(tokenIds)] },
  stop: { anyOf: [text, listOf(text)] },
};

function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema, ...generated } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  // A copy: two fields of one zod schema are one object.
  const whole = JSON.parse(JSON.stringify(generated)) as JsonSchema;
  return io === "input" ? annotated(whole) : withoutNoise(whole);
}

/** Every field with what it means, and its shape where zod does not know it. */
function annotated(schema: JsonSchema): JsonSchema {
  return mapped(withoutNoise(schema), annotated, (name, field) => {
    const shape = Object.keys(field).length === 0 ? SHAPES[name] : annotated(field);
    const description = FIELD_DOCS[name];
    return { ...shape, ...(description !== undefined && { description }) };
  });
}

/** Bounds of what JavaScript can count to are no bounds of the API. */
function withoutNoise(schema: JsonSchema): JsonSchema {
  const { minimum, maximum, ...rest } = schema;
  const bounded = {
    ...rest,
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
  return mapped(bounded, withoutNoise, (_, field) => withoutNoise(field));
}

function mapped(
  schema: JsonSchema,
  inner: (schema: JsonSchema) => JsonSchema,
  field: (name: string, schema: JsonSchema) => JsonSchema,
): JsonSchema {
  const { properties, items, anyOf, additionalProperties } = schema as Record<string, JsonSchema | undefined>;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, field(name, value as JsonSchema)]),
      ),
    }),
    ...(items && { items: inner(items) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(inner) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: inner(additionalProperties) }),
  };
}
