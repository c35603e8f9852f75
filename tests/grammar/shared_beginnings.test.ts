import { afterAll, expect, test } from "bun:test";
import { randomFrom, testGrammars, written } from "./fixtures.ts";

const grammars = testGrammars({ threads: 1 });
afterAll(() => grammars.close());

const heads = [
  "commit",
  "issue",
  "discussion",
  "deploy",
  "deployment",
  "code_scanning",
  "pull_request",
  "team",
  "member",
];
const choices = heads.flatMap((head) => [head, `${head}_comment`, `${head}_review`, `${head}_key`, `${head}s`]);

test("of texts that share beginnings, one is written as a whole", async () => {
  for (let seed = 1; seed <= 1500; seed++) {
    expect(choices).toContain(await written(grammars, { kind: "choice", choices }, randomFrom(seed)));
  }
});
