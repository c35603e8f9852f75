import { afterAll, expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020.js";
import { GrammarError } from "../../src/contracts/grammar.ts";
import { randomFrom, testGrammars, written } from "./fixtures.ts";
import { FORMAT_CHECKS } from "./format_checks.ts";
import { randomSchema } from "./random_schema.ts";

const ajv = new Ajv2020({ strict: false, validateFormats: true });
for (const [name, validate] of Object.entries(FORMAT_CHECKS)) ajv.addFormat(name, validate);

const grammars = testGrammars({ kept: 16 });
afterAll(() => grammars.close());

const SCHEMAS = Number(process.env.SCHEMAS ?? 500);

test(`documents of ${SCHEMAS} random schemas parse and are valid`, async () => {
  let refused = 0;
  for (let seed = 1; seed <= SCHEMAS; seed++) {
    const schema = randomSchema(randomFrom(seed));
    const isValid = ajv.compile(schema);
    try {
      const document = await written(grammars, { kind: "json_schema", schema }, randomFrom(seed * 7919));
      const value = JSON.parse(document);
      if (!isValid(value)) throw new Error(`${document} is not valid: ${ajv.errorsText(isValid.errors)}`);
    } catch (error) {
      if (error instanceof GrammarError) {
        refused++;
        if (process.env.SHOW_REFUSED) console.warn(`refused ${seed}: ${error.path}: ${error.message}`);
        continue;
      }
      throw new Error(
        `seed ${seed}: ${JSON.stringify(schema).slice(0, 600)}: ${(error as Error).message.slice(0, 600)}`,
      );
    }
  }
  if (process.env.SHOW_REFUSED) console.warn(`${refused} of ${SCHEMAS} refused`);
  expect(refused / SCHEMAS).toBeLessThan(0.02);
}, 600_000);
