import type { JsonSchema, OpenApi, Operation } from "./openapi.ts";

/** GET /docs: the OpenAPI document as one page that needs no script, no style sheet and no network. */
export function docsPage({ info, paths }: OpenApi): string {
  const sections = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => section(method.toUpperCase(), path, operation)),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(info.title)} ${escaped(info.version)}</title>
<style>${STYLE}</style>
<h1>${escaped(info.title)} <small>${escaped(info.version)}</small></h1>
<p>${escaped(info.description)} For programs: <a href="openapi.json">openapi.json</a>.</p>
${sections.join("\n")}
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
summary { cursor: pointer; padding: .3rem 0; }
code { font-family: ui-monospace, monospace; }
table { border-collapse: collapse; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #8884; }
`;

function section(method: string, path: string, { summary, requestBody, responses }: Operation): string {
  const types = Object.entries(responses["200"]?.content ?? {});
  const answers = types.map(
    ([type, { schema }]) => `<p>Answer, <code>${type}</code></p>${schema ? fields(schema) : ""}`,
  );
  const request = requestBody?.content["application/json"]?.schema;
  return `<details><summary><code>${method} ${escaped(path)}</code> ${escaped(summary)}</summary>
${request ? `<p>Request</p>${fields(request)}` : ""}${answers.join("\n")}</details>`;
}

function fields({ properties = {}, required = [] }: { properties?: object; required?: readonly string[] }): string {
  const rows = Object.entries(properties).map(([name, schema]: [string, JsonSchema]) => {
    const { description = "", default: value } = schema as { description?: string; default?: unknown };
    const notes = [
      description,
      required.includes(name) ? "required" : "",
      value === undefined ? "" : `default ${JSON.stringify(value)}`,
    ];
    const said = notes.filter((note) => note !== "").join("; ");
    return `<tr><td><code>${escaped(name)}</code></td><td>${escaped(typeOf(schema))}</td><td>${escaped(said)}</td></tr>`;
  });
  return `<table><tr><th>Field</th><th>Type</th><th></th></tr>${rows.join("\n")}</table>`;
}

/** In a few words, such as `list of integer` or `"none", "auto" or object`. */
function typeOf(schema: JsonSchema): string {
  const { type, anyOf, items, minimum, maximum } = schema as {
    type?: string;
    anyOf?: readonly JsonSchema[];
    items?: JsonSchema;
    minimum?: number;
    maximum?: number;
  };
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  if (anyOf) return anyOf.map(typeOf).join(" or ");
  if (type === "array") return `list of ${items ? typeOf(items) : "anything"}`;
  const range = [minimum === undefined ? "" : `from ${minimum}`, maximum === undefined ? "" : `to ${maximum}`];
  return [type ?? "anything", ...range].filter((word) => word !== "").join(" ");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
