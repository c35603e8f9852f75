import { describe, expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { Conversation } from "../../../src/cli/chat/conversation.ts";
import { LineInput } from "../../../src/cli/chat/line_input.ts";
import { openScreen } from "../../../src/cli/chat/screen.ts";
import { ChatSession, type ChatSettings } from "../../../src/cli/chat/session.ts";
import { EngineError, type GenerationRequest } from "../../../src/contracts/generation.ts";
import { type Harness, type HarnessOptions, harness, levelTokenizer } from "../../http/harness.ts";

const END = levelTokenizer.encode("<|end|>", { addSpecialTokens: false })[0]!;

/** The fake engine says `text` and then ends its turn. */
const once = (text: string): Partial<HarnessOptions> => ({
  eosTokenIds: [END],
  next: (_: GenerationRequest, position: number) => new TextEncoder().encode(text)[position] ?? END,
});

interface Chat extends Harness {
  readonly session: ChatSession;
  readonly keys: PassThrough;
  readonly done: Promise<boolean>;
  /** Everything on stdout so far. */
  out(): string;
  err(): string;
  /** The prompts the engine was given, as text. */
  prompts(): string[];
}

/** A chat through a pipe with the real API before a fake engine. */
function chat(options: HarnessOptions, settings: Partial<ChatSettings> = {}, system?: string): Chat {
  const api = harness(options);
  const keys = new PassThrough();
  const [out, err] = [new PassThrough({ encoding: "utf8" }), new PassThrough({ encoding: "utf8" })];
  const texts = ["", ""];
  out.on("data", (text) => (texts[0] += text));
  err.on("data", (text) => (texts[1] += text));
  const lines = new LineInput(keys, null, () => session.interrupt());
  const session = new ChatSession({
    server: { fetch: async (request) => api.app.fetch(request), url: "http://test/v1", apiKey: undefined },
    settings: { model: "tiny", ...settings },
    conversation: new Conversation(system),
    lines,
    screen: openScreen(out, err, false, false),
    prompt: "> ",
    now: () => performance.now(),
  });
  const prompts = () =>
    api.engine.seen.map(({ promptIds }) => levelTokenizer.decode(Array.from(promptIds), { skipSpecialTokens: false }));
  return { ...api, session, keys, done: session.run(), out: () => texts[0]!, err: () => texts[1]!, prompts };
}

/** Sends all the lines, and waits for the end. */
async function say(talk: Chat, ...lines: string[]): Promise<boolean> {
  talk.keys.end(lines.map((line) => `${line}\n`).join(""));
  const sound = await talk.done;
  await new Promise((resolve) => setTimeout(resolve));
  return sound;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(condition()).toBe(true);
}

describe("turns", () => {
  test("each line gets its reply on a line of its own, and the history goes along", async () => {
    const talk = chat(once("Hi!"));
    expect(await say(talk, "one", "", "two")).toBe(true);
    expect(talk.out()).toBe("Hi!\nHi!\n");
    expect(talk.err()).toBe("");
    expect(talk.prompts()).toEqual(["<user>one<assistant>", "<user>one<assistant>Hi!<user>two<assistant>"]);
  });

  test("the settings go into every request", async () => {
    const talk = chat(once("Hi!"), { temperature: 0.25, max_tokens: 2, seed: 7 });
    await say(talk, "one");
    expect(talk.engine.seen[0]!.params).toMatchObject({ temperature: 0.25, maxTokens: 2, seed: 7n });
    expect([talk.out(), talk.err()]).toEqual(["Hi\n", "The reply was cut at --max-tokens.\n"]);
  });

  test("a reply is shown while it is made", async () => {
    const talk = chat({ ...once("slowly"), delay: 5 });
    talk.keys.write("go\n");
    await until(() => talk.out() !== "");
    expect(talk.out().length).toBeLessThan("slowly".length);
    await say(talk);
    expect(talk.out()).toBe("slowly\n");
  });

  test("a backslash at the end of a line carries on in the next one", async () => {
    const talk = chat(once("Hi!"));
    await say(talk, "one\\", "two\\", "three", " /not a command", "four\\");
    expect(talk.prompts().map((prompt) => prompt.split("<user>").at(-1))).toEqual([
      "one\ntwo\nthree<assistant>",
      "/not a command<assistant>",
      "four<assistant>",
    ]);
  });
});

describe("commands", () => {
  test("/system sets the system prompt and begins anew; without text it takes it away", async () => {
    const talk = chat(once("Hi!"), {}, "Be kind.");
    await say(talk, "one", "/system Be\\", "brief.", "two", "/system", "three");
    expect(talk.prompts()).toEqual([
      "<system>Be kind.<user>one<assistant>",
      "<system>Be\nbrief.<user>two<assistant>",
      "<user>three<assistant>",
    ]);
  });

  test("/reset begins anew and keeps the system prompt", async () => {
    const talk = chat(once("Hi!"), {}, "Be kind.");
    await say(talk, "one", "/reset", "two");
    expect(talk.prompts()[1]).toBe("<system>Be kind.<user>two<assistant>");
  });

  test("/stats tells of the last reply, with the cached tokens of its prompt", async () => {
    const talk = chat({ ...once("Hi!"), delay: 2 });
    await say(talk, "/stats", "one", "/stats");
    expect(talk.out()).toMatch(
      /^There is no reply yet\.\nHi!\nreply {3}4 tokens, \d+\.\d tokens\/s, the first after \d+ ms\nprompt {2}20 tokens, 1 of them cached\n$/,
    );
  });

  test("/help lists every command, and /exit leaves the rest unread", async () => {
    const talk = chat(once("Hi!"));
    await say(talk, "/help", "/exit", "one");
    for (const name of ["/help", "/system TEXT", "/reset", "/stats", "/exit"]) expect(talk.out()).toContain(name);
    expect(talk.engine.seen).toHaveLength(0);
  });

  test("an unknown one is named", async () => {
    const talk = chat(once("Hi!"));
    expect(await say(talk, "/rest now")).toBe(true);
    expect(talk.err()).toBe("No such command: /rest. /help lists them.\n");
  });
});

describe("Ctrl-C", () => {
  test("stops the reply under way; what was said of it stays in the history", async () => {
    const talk = chat(
      { next: (_, position) => "ab".charCodeAt(position % 2), delay: 2, maxModelLen: 100_000 },
      { max_tokens: 5000 },
    );
    talk.keys.write("one\n");
    await until(() => talk.out().length > 4);
    talk.session.interrupt();
    await until(() => talk.err() !== "");
    expect(talk.err()).toBe("Stopped.\n");
    await talk.engine.idle();
    expect(talk.engine.cancelled).toBe(1);
    const said = talk.out();
    expect(said).toMatch(/^(ab)+a?\n$/);

    talk.keys.write("/stats\ntwo\n");
    await until(() => talk.prompts().length === 2);
    expect(talk.out()).toContain(`about ${said.length - 1} tokens`);
    expect(talk.prompts()[1]).toBe(`<user>one<assistant>${said.trimEnd()}<user>two<assistant>`);
    talk.session.end();
    expect(await talk.done).toBe(true);
    await talk.engine.idle();
  });

  test("before the first word takes the question back", async () => {
    const talk = chat({ ...once("Hi!"), delay: 50 });
    talk.keys.write("one\n");
    await until(() => talk.engine.live.size === 1);
    talk.session.interrupt();
    await say(talk, "two");
    expect(talk.prompts()[1]).toBe("<user>two<assistant>");
  });

  test("at the prompt ends the chat, also in the middle of a turn", async () => {
    const talk = chat(once("Hi!"));
    talk.keys.write("one\\\n");
    await new Promise((resolve) => setTimeout(resolve, 10));
    talk.session.interrupt();
    expect(await talk.done).toBe(true);
    expect(talk.engine.seen).toHaveLength(0);
  });
});

describe("what goes wrong keeps the chat alive", () => {
  test("a full context says how to go on, and the next turn does", async () => {
    const talk = chat({ ...once("Hi!"), maxModelLen: 40 });
    expect(await say(talk, "a question that is far too long", "/reset", "short")).toBe(false);
    expect(talk.err()).toMatch(/the model's context holds 40, .*\. \/reset begins anew\.\nA new conversation\.\n$/);
    expect(talk.out()).toBe("Hi!\n");
  });

  test("a reply that fills the context says so", async () => {
    const talk = chat({ next: () => 97, maxModelLen: 30 });
    await say(talk, "one");
    expect(talk.err()).toBe("The reply was cut at the model's limit; /reset makes room.\n");
  });

  test("an error in the middle of a stream takes the turn back", async () => {
    const talk = chat({ ...once("Hi!"), delay: 2 });
    talk.engine.fault = new EngineError("internal", "The device is lost");
    talk.keys.write("one\n");
    await until(() => talk.err() !== "");
    expect(talk.err()).toBe("The device is lost\n");
    talk.engine.fault = null;
    expect(await say(talk, "two")).toBe(false);
    expect(talk.prompts()[1]).toBe("<user>two<assistant>");
    expect(talk.out()).toBe("Hi!\n");
  });

  test("a model that is not served", async () => {
    const talk = chat(once("Hi!"), { model: "other" });
    expect(await say(talk, "one")).toBe(false);
    expect(talk.err()).toContain('The model "other" does not exist');
  });
});
