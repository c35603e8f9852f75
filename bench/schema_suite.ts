import { parseArgs } from "node:util";
import { GrammarError } from "../src/contracts/grammar.ts";
import { accepts, EndlessWalk, randomFrom, testGrammars, written } from "../tests/grammar/fixtures.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { readSuite, type SuiteCase } from "./lib/schema_suite.ts";

/**
 * What becomes of the schemas of a public suite: how many compile, which are refused and why, and whether what is written
 * for the others is valid, as ajv says. The suite is a directory with a folder for each dialect (draft6, draft7,
 * draft2019-09, draft2020-12), as the official JSON Schema Test Suite is laid out; a file holds its list of cases, or a
 * schema, each of whose definitions is taken. Of equal schemas the first is taken.
 *
 * Documents are random walks along the grammar's masks; `endless` ones, which look for a rare word in a string, are left.
 * Of the suite's own instances, none that is invalid may be accepted; valid ones are `accepted`, or `restricted`: not
 * written as they are.
 *
 *   ./octavo bench schema_suite DIRECTORY [--documents 5] [--show refused|unjudged|restricted]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { documents: { type: "string", default: "5" }, show: { type: "string", default: "" } },
});
const [directory] = positionals;
if (directory === undefined) throw new Error("Cannot read a suite: name its directory");

/** Tokens of a document, most of which are one byte. */
const STEPS = 20_000;
const grammars = testGrammars({ kept: 16, threads: 1 });
const count = {
  schemas: 0,
  compiled: 0,
  refused: 0,
  documents: 0,
  endless: 0,
  unjudged: 0,
  accepted: 0,
  restricted: 0,
};
const reasons = new Map<string, number>();
const bugs: string[] = [];
const show = (kind: string, { name }: SuiteCase, message: string) => {
  if (values.show === kind) console.info(`${kind}: ${name}: ${message}`);
};

for (const each of await readSuite(directory)) {
  count.schemas++;
  try {
    await grammars.compile({ kind: "json_schema", schema: each.schema }, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    count.refused++;
    show("refused", each, `${error.path}: ${error.message}`);
    const reason = `${lastKeyword(error.path)} ${error.message}`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    continue;
  }
  count.compiled++;
  await tryDocuments(each);
  await tryInstances(each);
}
grammars.close();

async function tryDocuments(each: SuiteCase): Promise<void> {
  if (each.isValid === null) {
    count.unjudged++;
    return show("unjudged", each, "ajv does not take the schema");
  }
  for (let i = 0; i < Number(values.documents); i++) {
    try {
      const document = await written(grammars, each.source, randomFrom(7919 * count.compiled + i), STEPS);
      count.documents++;
      const problem = each.isValid(JSON.parse(document));
      if (problem !== null) bugs.push(`${each.name}: wrote ${document.slice(0, 200)}, which is not valid: ${problem}`);
    } catch (error) {
      if (error instanceof EndlessWalk) count.endless++;
      else bugs.push(`${each.name}: ${String(error).slice(0, 300)}`);
    }
  }
}

async function tryInstances(each: SuiteCase): Promise<void> {
  for (const { description, data, valid } of each.tests) {
    const accepted = await accepts(grammars, each.source, data);
    if (accepted && !valid)
      bugs.push(`${each.name}: accepts what is not valid, ${description}: ${JSON.stringify(data)}`);
    if (accepted && valid) count.accepted++;
    if (!accepted && valid) {
      count.restricted++;
      show("restricted", each, `${description}: ${JSON.stringify(data)}`);
    }
  }
}

/** A refusal's kind: its path without the names and places that differ from schema to schema. */
function lastKeyword(path: string): string {
  return path.split(/[.[]/).findLast((step) => /^[$a-z][A-Za-z]+$/.test(step)) ?? "(root)";
}

console.info(
  markdownTable(
    ["", "number"],
    Object.entries(count).map(([name, number]) => [name, String(number)]),
  ),
);
console.info(`\nRefused:`);
for (const [reason, number] of [...reasons].sort((a, b) => b[1] - a[1])) console.info(`${number}: ${reason}`);
console.info(`\n${bugs.length} bugs`);
for (const bug of bugs) console.info(bug);
process.exitCode = bugs.length > 0 ? 1 : 0;
