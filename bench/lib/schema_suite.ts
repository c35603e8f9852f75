import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Ajv, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { GrammarSource } from "../../src/contracts/grammar.ts";
import { FORMAT_CHECKS } from "../../tests/grammar/format_checks.ts";

interface Instance {
  readonly description: string;
  readonly data: unknown;
  readonly valid: boolean;
}

/** As the suite writes it. */
interface Case {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly Instance[];
}

interface Root {
  readonly definitions?: Readonly<Record<string, object>>;
}

export interface SuiteCase {
  readonly name: string;
  readonly schema: unknown;
  readonly source: GrammarSource;
  /** Instances the suite brings along. */
  readonly tests: readonly Instance[];
  /** What is wrong with a value, null where nothing is; itself null where ajv does not take the schema. */
  readonly isValid: ((value: unknown) => string | null) | null;
}

const DIALECTS: Readonly<Record<string, (options: Options) => Ajv>> = {
  "draft2020-12": (options) => new Ajv2020(options),
  "draft2019-09": (options) => new Ajv2019(options),
  draft7: (options) => new Ajv(options),
  draft6: (options) => new Ajv(options),
};

/** The distinct schemas of the dialects' folders, whatever dialect they name. */
export async function readSuite(directory: string): Promise<SuiteCase[]> {
  const cases: SuiteCase[] = [];
  const seen = new Set<string>();
  for (const [dialect, open] of Object.entries(DIALECTS)) {
    for (const file of await filesIn(join(directory, dialect))) {
      const content: Case[] | Root = JSON.parse(await readFile(file, "utf8"));
      const listed: Case[] = Array.isArray(content) ? content : definitionsIn(content);
      for (const { description, schema, tests } of listed) {
        const key = JSON.stringify(schema, (name, value) => (name === "$schema" ? undefined : value));
        if (seen.has(key)) continue;
        seen.add(key);
        const name = `${relative(directory, file)} ${description}`;
        cases.push({ name, schema, source: { kind: "json_schema", schema }, tests, isValid: validator(schema, open) });
      }
    }
  }
  return cases;
}

/** Each of a schema's definitions as a schema of its own, with those it refers to; the schema itself where it has none. */
function definitionsIn(schema: Root): Case[] {
  const { definitions } = schema;
  if (definitions === undefined) return [{ description: "", schema, tests: [] }];
  return Object.entries(definitions).map(([description, own]) => {
    const needed = new Set<string>();
    const add = (part: object) => {
      for (const [, name] of JSON.stringify(part).matchAll(/"\$ref":"#\/definitions\/([^"]*)"/g)) {
        if (needed.has(name!)) continue;
        needed.add(name!);
        add(definitions[name!]!);
      }
    };
    add(own);
    const kept = Object.fromEntries([...needed].map((name) => [name, definitions[name]]));
    return { description, schema: { ...own, definitions: kept }, tests: [] };
  });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name));
}

function validator(schema: unknown, open: (options: Options) => Ajv): SuiteCase["isValid"] {
  // Without ownProperties, it takes what every object inherits, as its constructor, for a property.
  const ajv = open({ strict: false, logger: false, ownProperties: true });
  for (const [name, check] of Object.entries(FORMAT_CHECKS)) ajv.addFormat(name, check);
  try {
    const validate = ajv.compile(schema as object);
    return (value) => (validate(value) ? null : ajv.errorsText(validate.errors));
  } catch {
    return null;
  }
}
