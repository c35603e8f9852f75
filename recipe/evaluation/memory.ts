import between from "./between.json" with { type: "json" };
import { type Case, type Family, says, type Turn } from "./case.ts";
import { cycle, heldOut } from "./held_out.ts";

const facts: readonly (readonly [tell: string, ask: string, kind: "names" | "places" | "jobs" | "ages" | "codes"])[] = [
  ["Hello there, my name is {x}, pleased to meet you.", "Could you remind me what my name is?", "names"],
  ["By the way, you may call me {x}.", "And what was my name again?", "names"],
  ["I'm {x} and I like computers.", "Do you still remember what I am called?", "names"],
  ["My little dog is called {x}.", "What name does my dog have again?", "names"],
  ["I have a sister called {x}, she is nice.", "Do you recall the name of my sister?", "names"],
  ["I live in {x} with my family.", "In which city do I live?", "places"],
  ["My home town is {x}.", "Can you tell me where I live?", "places"],
  ["I have just turned {x} years old.", "Can you say how old I am?", "ages"],
  ["I work as a {x} these days.", "Can you remember my job?", "jobs"],
  ["Please keep the word {x} in mind.", "Which word did I ask you to remember?", "codes"],
];

function recall(i: number): Case {
  const [tell, ask, kind] = cycle(facts, i);
  const x = kind === "ages" ? String(23 + 7 * i) : cycle(heldOut[kind], 3 * i + 1);
  const small: Turn[] = Array.from({ length: i % 4 }, (_, k) => ({ user: cycle(between, 3 * i + k) }));
  return { turns: [{ user: tell.replace("{x}", x) }, ...small, { user: ask, check: says(x) }] };
}

const neverTold: readonly Case[] = [
  "Could you remind me what my name is?",
  "Can you say how old I am?",
  "In which city do I live?",
].map((user) => ({
  turns: [
    { user: "Hello!" },
    { user, check: (reply) => (/not told|don't know/i.test(reply) ? null : "expected not to know") },
  ],
}));

export const memory: Family = {
  name: "memory over up to three turns",
  cases: [...Array.from({ length: 40 }, (_, i) => recall(i % 10 === 7 && i > 10 ? i - 5 : i)), ...neverTold],
};
