import { ask, type Check, type Family } from "./case.ts";
import { cycle, heldOut } from "./held_out.ts";

/** So many sentences, none said twice, every character in at least two of them. */
function tells(characters: readonly string[], least: number): Check {
  return (reply) => {
    const sentences = reply.match(/[^.!?]+[.!?]+["”]?/g)?.map((sentence) => sentence.trim()) ?? [];
    if (sentences.length < least || sentences.length > 15)
      return `expected ${least} to 15 sentences, received ${sentences.length}`;
    if (new Set(sentences).size < sentences.length) return "expected no sentence twice";
    const missing = characters.find((name) => sentences.filter((sentence) => sentence.includes(name)).length < 2);
    return missing === undefined ? null : `expected ${missing} in two sentences`;
  };
}

const tell = [
  "Could you tell me a story about {a} and {b}?",
  "I would love a short story about {a} and {b}.",
  "Please write a little story with {a} and {b} in it.",
];
const kinds = ["a fox", "a girl", "an owl", "a robot", "a bear", "a boy", "a wizard", "a cat"];

export const story: Family = {
  name: "a story about given characters",
  cases: Array.from({ length: 16 }, (_, i) => {
    const [a, b] = [cycle(heldOut.names, i), cycle(heldOut.names, i + 13)];
    const named = (name: string, k: number) => (i % 4 === 3 ? name : `${cycle(kinds, k)} named ${name}`);
    return ask(
      cycle(tell, i)
        .replace("{a}", named(a, i))
        .replace("{b}", named(b, i + 3)),
      tells([a, b], 8),
    );
  }),
};

const start = [
  "In a house by the sea there lived {k} named {a}. One morning {a} met {b}.",
  "There was once {k} called {a} who had a friend named {b}.",
  "{a} and {b} lived near a great forest.",
];
const goOn = ["Please continue my story: {s}", "Go on with this tale: {s}", "{s} Please tell me what happens next."];

export const continuation: Family = {
  name: "continuing a story",
  cases: Array.from({ length: 12 }, (_, i) => {
    const [a, b] = [cycle(heldOut.names, i + 5), cycle(heldOut.names, i + 17)];
    const begun = cycle(start, i).replace("{k}", cycle(kinds, i)).replaceAll("{a}", a).replace("{b}", b);
    return ask(cycle(goOn, i + Math.floor(i / 3)).replace("{s}", begun), tells([a, b], 6));
  }),
};
