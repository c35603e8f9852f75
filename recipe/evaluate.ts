/**
 * Held-out prompts, sent to a running server with greedy decoding; prints a table in Markdown.
 *
 *     bun recipe/evaluate.ts [--url http://localhost:8000] [--family PART] [--failures]
 *
 * `--list` prints the prompts and sends nothing.
 */
import { parseArgs } from "node:util";
import { beyond } from "./evaluation/beyond.ts";
import type { Case, Family } from "./evaluation/case.ts";
import { json } from "./evaluation/json.ts";
import { knowledge, unknown } from "./evaluation/knowledge.ts";
import { memory } from "./evaluation/memory.ts";
import { addition, comparison, sorting, subtraction } from "./evaluation/numbers.ts";
import { brief, persona, refusal, shouting } from "./evaluation/rules.ts";
import { continuation, story } from "./evaluation/stories.ts";
import { talk, who } from "./evaluation/talk.ts";
import { toolAnswers, toolCalls } from "./evaluation/tools.ts";
import { calendar, letters } from "./evaluation/words.ts";

const families: readonly Family[] = [
  talk,
  who,
  memory,
  persona,
  shouting,
  brief,
  refusal,
  addition,
  subtraction,
  comparison,
  sorting,
  letters,
  calendar,
  knowledge,
  unknown,
  story,
  continuation,
  json,
  toolCalls,
  toolAnswers,
  beyond,
];

/** Requests at once; greedy replies do not depend on it. */
const CONCURRENCY = 8;

interface Message {
  role: string;
  content: string;
}

async function reply(
  url: string,
  messages: readonly Message[],
  tools: readonly unknown[] | undefined,
): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      messages,
      temperature: 0,
      max_tokens: 320,
      ...(tools ? { chat_template_kwargs: { tools } } : {}),
    }),
  });
  const body = (await response.json()) as { choices?: { message: { content: string } }[] };
  if (!response.ok || !body.choices)
    throw new Error(`Cannot evaluate: the server answered ${response.status}: ${JSON.stringify(body)}`);
  return body.choices[0]!.message.content.trim();
}

/** What went wrong, with the replies; null where nothing did. */
async function run(url: string, test: Case): Promise<string | null> {
  const messages: Message[] = test.system === undefined ? [] : [{ role: "system", content: test.system }];
  const heard = async (check: ((text: string) => string | null) | undefined) => {
    const text = await reply(url, messages, test.tools);
    messages.push({ role: "assistant", content: text });
    return check?.(text) ?? null;
  };
  for (const turn of test.turns) {
    messages.push({ role: "user", content: turn.user });
    let problem = await heard(turn.check);
    if (problem === null && turn.tool) {
      messages.push({ role: "tool", content: turn.tool.result });
      problem = await heard(turn.tool.check);
    }
    if (problem !== null)
      return `${problem}\n${messages.map(({ role, content }) => `    ${role}: ${content}`).join("\n")}`;
  }
  return null;
}

async function score(url: string, family: Family): Promise<string[]> {
  const failures: string[] = [];
  const waiting = [...family.cases];
  const work = async () => {
    for (let test = waiting.shift(); test !== undefined; test = waiting.shift()) {
      const problem = await run(url, test);
      if (problem !== null) failures.push(problem);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return failures;
}

const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:8000" },
    family: { type: "string", default: "" },
    failures: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const chosen = families.filter(({ name }) => name.includes(options.family));

if (options.list) {
  console.log(
    JSON.stringify(
      chosen.flatMap(({ cases }) =>
        cases.flatMap(({ turns }) => turns.filter(({ check }) => check).map(({ user }) => user)),
      ),
    ),
  );
} else {
  console.log("| family | passed | of | |\n| --- | ---: | ---: | ---: |");
  const row = (name: string, passed: number, of: number) =>
    console.log(`| ${name} | ${passed} | ${of} | ${((100 * passed) / of).toFixed(0)} % |`);
  let [passed, of] = [0, 0];
  for (const family of chosen) {
    const failures = await score(options.url, family);
    passed += family.cases.length - failures.length;
    of += family.cases.length;
    row(family.name, family.cases.length - failures.length, family.cases.length);
    if (options.failures) for (const failure of failures) console.error(`${family.name}: ${failure}`);
  }
  row("all", passed, of);
}
