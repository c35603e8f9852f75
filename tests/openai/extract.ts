/**
 * Cuts what Octavo answers out of OpenAI's OpenAPI document and writes it as JSON Schema to schemas.json beside this
 * file: `bun tests/openai/extract.ts openapi.yaml && biome format --write tests/openai`. Names, types, enums, ranges and
 * what is required are kept; texts, examples and deprecated fields are not.
 *
 * The document was that of spring 2026 (openapi 3.1.0, version 2.3.0), which github.com/64bit/async-openai keeps as
 * openapi.documented.yml (commit 2c8776b3): of these schemas, a transcript without their texts.
 */

const EVENTS = [
  "Created",
  "InProgress",
  "Completed",
  "Incomplete",
  "Failed",
  "Error",
  "OutputItemAdded",
  "OutputItemDone",
  "ContentPartAdded",
  "ContentPartDone",
  "TextDelta",
  "TextDone",
  "ReasoningTextDelta",
  "ReasoningTextDone",
  "FunctionCallArgumentsDelta",
  "FunctionCallArgumentsDone",
].map((step) => `Response${step}Event`);

/** What Octavo sends; wherever the document allows anything else, it is left out: a list of it must be empty. */
const SENT = [
  "ChatCompletionMessageToolCall",
  "ChatCompletionMessageToolCallChunk",
  "ChatCompletionMessageToolCalls",
  "ChatCompletionResponseMessage",
  "ChatCompletionStreamResponseDelta",
  "ChatCompletionTokenLogprob",
  "CompletionUsage",
  "CreateChatCompletionResponse",
  "CreateChatCompletionStreamResponse",
  "CreateCompletionResponse",
  "CreateEmbeddingResponse",
  "Embedding",
  "Error",
  "ErrorResponse",
  "FunctionTool",
  "FunctionToolCall",
  "ListModelsResponse",
  "LogProb",
  "Metadata",
  "Model",
  "OutputContent",
  "OutputItem",
  "OutputMessage",
  "OutputMessageContent",
  "OutputTextContent",
  "Reasoning",
  "ReasoningEffort",
  "ReasoningItem",
  "ReasoningTextContent",
  "Response",
  "ResponseError",
  "ResponseErrorCode",
  "ResponseFormatJsonObject",
  "ResponseFormatJsonSchemaSchema",
  "ResponseFormatText",
  "ResponseLogProb",
  "ResponseTextParam",
  "ResponseUsage",
  "TextResponseFormatConfiguration",
  "TextResponseFormatJsonSchema",
  "Tool",
  "ToolChoiceFunction",
  "ToolChoiceOptions",
  "ToolChoiceParam",
  "ToolsArray",
  "TopLogProb",
  ...EVENTS,
];

const KEPT = [
  "type",
  "enum",
  "const",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "pattern",
  "minItems",
  "maxItems",
];

type Node = { readonly [key: string]: unknown };
type Schema = { [key: string]: unknown };

const NULL = { type: "null" };

/** The schemas of what Octavo sends, by name. */
export function extract(document: Node): Record<string, Schema> {
  const { schemas } = document.components as { schemas: Record<string, Node> };
  const named = (ref: unknown) => String(ref).split("/").at(-1)!;
  const sourceOf = (name: string): Node => {
    const source = schemas[name];
    if (source === undefined) throw new Error(`Cannot extract ${name}: the document has no such schema`);
    return source;
  };

  /** Null for what is never sent. */
  function simplified(node: Node): Schema | null {
    const schema = bare(node);
    return schema && node.nullable === true ? { anyOf: [schema, NULL] } : schema;
  }

  function bare(node: Node): Schema | null {
    if (node.$ref !== undefined) {
      const name = named(node.$ref);
      // Lists of OpenAI's models, beside any string.
      if (name.startsWith("ModelIds")) return { type: "string" };
      return SENT.includes(name) ? { $ref: `#/$defs/${name}` } : null;
    }
    const choices = (node.anyOf ?? node.oneOf) as readonly Node[] | undefined;
    if (choices) return oneOf(choices.map(simplified).filter((choice) => choice !== null));
    const object = fieldsOf(node);
    if (object.properties) return withFields(object);
    const schema = Object.fromEntries(KEPT.filter((key) => key in node).map((key) => [key, node[key]]));
    if (node.type === "array") {
      const items = simplified(node.items as Node);
      return items ? { ...schema, items } : { ...schema, maxItems: 0 };
    }
    const rest = node.additionalProperties;
    if (typeof rest === "object" && rest !== null) schema.additionalProperties = simplified(rest as Node);
    return schema;
  }

  /** An object's fields, with those of all that it is made of. */
  function fieldsOf(node: Node): Node {
    const parts = (node.allOf as readonly Node[] | undefined)?.map((part) =>
      fieldsOf(part.$ref === undefined ? part : sourceOf(named(part.$ref))),
    );
    if (!parts) return node;
    const required = parts.flatMap((part) => (part.required as readonly string[]) ?? []);
    return { properties: Object.assign({}, ...parts.map((part) => part.properties)), required };
  }

  function withFields({ properties, required }: Node): Schema {
    const fields = Object.entries(properties as Record<string, Node>).flatMap(([name, field]) => {
      const schema = simplified(field);
      return schema && Object.keys(schema).length > 0 && field.deprecated !== true ? [[name, schema] as const] : [];
    });
    return { type: "object", properties: Object.fromEntries(fields), ...(required !== undefined && { required }) };
  }

  return Object.fromEntries(SENT.map((name) => [name, simplified(sourceOf(name)) ?? {}]));
}

/** Any string says more than the names beside it. */
function oneOf(choices: readonly Schema[]): Schema | null {
  const any = choices.some((choice) => choice.type === "string" && Object.keys(choice).length === 1);
  const kept = any ? choices.filter((choice) => choice.type !== "string" || choice.enum === undefined) : choices;
  return kept.length > 1 ? { anyOf: kept } : (kept[0] ?? null);
}

if (import.meta.main) {
  const path = process.argv[2];
  if (path === undefined) throw new Error("Cannot extract: name OpenAI's OpenAPI document (YAML)");
  const document = Bun.YAML.parse(await Bun.file(path).text()) as Node;
  const { version } = document.info as { version: string };
  const $comment = `Cut by extract.ts out of OpenAI's OpenAPI document (openapi ${document.openapi}, version ${version}).`;
  const text = JSON.stringify({ $comment, $defs: extract(document) });
  await Bun.write(new URL("schemas.json", import.meta.url), `${text}\n`);
}
