import { expect, test } from "bun:test";
import fc from "fast-check";
import { badRequest } from "../../src/http/errors.ts";
import type { Item } from "../../src/http/responses_input.ts";
import { fitting } from "../../src/http/truncation.ts";

const say = (role: string, content: string): Item => ({ type: "message", role, content });

/** Takes `room` characters. */
const maker = (room: number) => (items: readonly Item[]) => {
  const text = items.map((item) => (item.type === "message" ? item.content : "?")).join("");
  if (text.length > room) throw badRequest("messages", `${text.length} characters`, "context_length_exceeded");
  return text;
};

const conversation = [
  say("system", "S"),
  say("user", "aaa"),
  say("assistant", "bb"),
  say("user", "c"),
  say("assistant", "d"),
  say("user", "e"),
];

test("the oldest turns go first, whole, and the system's messages stay", () => {
  const texts = [20, 9, 8, 4, 3, 2].map((room) => fitting(conversation, maker(room)));
  expect(texts).toEqual(["Saaabbcde", "Saaabbcde", "Scde", "Scde", "Se", "Se"]);
  expect(() => fitting(conversation, maker(1))).toThrow("2 characters");
  expect(() => fitting([say("user", "abc")], maker(1))).toThrow("3 characters");
});

test("keeps as many turns as fit", () => {
  const turns = fc.array(fc.nat(9), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(turns, fc.nat(40), (lengths, room) => {
      const items = lengths.map((length) => say("user", "x".repeat(length)));
      const kept = lengths.map((_, i) => lengths.slice(i).reduce((sum, length) => sum + length, 0));
      const expected = kept.find((length) => length <= room);
      if (expected === undefined) expect(() => fitting(items, maker(room))).toThrow();
      else expect(fitting(items, maker(room)).length).toBe(expected);
    }),
  );
});

test("other errors are not its own", () => {
  const fail = () => {
    throw new Error("odd");
  };
  expect(() => fitting(conversation, fail)).toThrow("odd");
});
