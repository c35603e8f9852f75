import { expect, test } from "bun:test";
import { describeReply } from "../../../src/cli/chat/stats.ts";

const reply = { text: "x", finish: "stop", timing: { firstText: 120.4, generating: 500, pieces: 21 }, usage: null };

test("the first token is counted with the prompt, the others give the speed", () => {
  const usage = { prompt_tokens: 118, completion_tokens: 26, prompt_tokens_details: { cached_tokens: 96 } };
  expect(describeReply({ ...reply, usage })).toBe(
    "reply   26 tokens, 50.0 tokens/s, the first after 120 ms\nprompt  118 tokens, 96 of them cached",
  );
});

test("a server may not tell what was cached", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: null };
  expect(describeReply({ ...reply, usage })).toBe("reply   1 token, the first after 120 ms\nprompt  1 token");
});

test("a stopped reply has no usage, and its pieces are counted", () => {
  expect(describeReply({ ...reply, finish: null })).toBe(
    "reply   about 21 tokens, 40.0 tokens/s, the first after 120 ms\nprompt  not told, as the reply was stopped",
  );
});

test("a reply without text has no times", () => {
  const timing = { firstText: null, generating: 0, pieces: 0 };
  expect(describeReply({ ...reply, timing, finish: null })).toStartWith("reply   about 0 tokens\n");
});
