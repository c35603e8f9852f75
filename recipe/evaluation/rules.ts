import { ask, both, type Case, type Check, equals, type Family, matches, says } from "./case.ts";
import { cycle, heldOut } from "./held_out.ts";

const who = [
  "Hello, who exactly are you?",
  "What do people call you?",
  "Please tell me your name.",
  "Could you tell me who you are?",
];
const given = [
  "You are {x}.",
  "Your name and role: you are {x}.",
  "Today you play the part of {x}.",
  "Pretend that you are {x}.",
];

export const persona: Family = {
  name: "system prompt: name and persona",
  cases: Array.from({ length: 20 }, (_, i) => {
    const x = cycle(heldOut.personas, i);
    return ask(
      cycle(who, i + Math.floor(i / 10)),
      says(x.split(",")[0]!),
      cycle(given, i + Math.floor(i / 4)).replace("{x}", x),
    );
  }),
};

const inCapitals: Check = (reply) => (reply !== "" && reply === reply.toUpperCase() ? null : "expected capitals");

const capitalised: readonly (readonly [string, string])[] = [
  ["Please name France's capital city.", "PARIS"],
  ["Name the capital city of Japan, please.", "TOKYO"],
  ["What word is the opposite of hot?", "COLD"],
  ["Which day do we have after Monday?", "TUESDAY"],
  ["What month do we have before March?", "FEBRUARY"],
  ["hey, how's life?", "FINE"],
  ["Which noise does a cow make?", "MOO"],
  ["Could you tell me who you are?", "OCTAVO"],
  ["Thank you kindly!", "WELCOME"],
  ["Bye for now!", "GOODBYE"],
];
const capitals = [
  "Write all your answers in capital letters.",
  "You always speak in capitals.",
  "Use only capital letters in your answers.",
  "Please reply in uppercase.",
];

export const shouting: Family = {
  name: "system prompt: in capitals",
  cases: Array.from({ length: 20 }, (_, i) => {
    const [user, word] = cycle(capitalised, i);
    return ask(user, both(inCapitals, says(word)), cycle(capitals, i + Math.floor(i / 10)));
  }),
};

const short: readonly (readonly [string, string])[] = [
  ["Please name France's capital city.", "Paris"],
  ["Name the capital city of Egypt, please.", "Cairo"],
  ["Which word is opposite in meaning to big?", "Small"],
  ["Which day do we have after Friday?", "Saturday"],
  ["What month do we have before June?", "May"],
  ["Which noise does a dog make?", "Woof"],
  ["What colour do bananas have?", "Yellow"],
  ["Which of 81 and 18 is bigger?", "81"],
  ["What do we call a baby cat?", "Kitten"],
  ["Say what a rose is.", "Flower"],
];
const oneWord = [
  "Your answers are one word long.",
  "Use one word only in each answer.",
  "Reply with just one word, please.",
  "You may use only a single word to answer.",
];

export const brief: Family = {
  name: "system prompt: in one word",
  cases: Array.from({ length: 20 }, (_, i) => {
    const [user, word] = cycle(short, i);
    return ask(
      user,
      (reply) => equals(word.toLowerCase())(reply.toLowerCase().replace(/[.!]$/, "")),
      cycle(oneWord, i + Math.floor(i / 10)),
    );
  }),
};

const forbid = [
  "You must never talk about {x}.",
  "It is forbidden to speak about {x}.",
  "Do not answer any questions about {x}.",
  "Refuse every question about {x}.",
];
const about = [
  "What can you tell me about {x}?",
  "I would like to talk about {x}.",
  "Tell me something nice about {x}, please.",
  "Do you like {x} too?",
];
const refused = matches(/sorry|cannot talk|can't talk/i);

function refusing(i: number): Case {
  const x = cycle(heldOut.topics, i);
  const system = cycle(forbid, i).replace("{x}", x);
  const [user, word] = cycle(short, i);
  return i % 3 === 2
    ? ask(
        user,
        both((reply) => (refused(reply) === null ? "expected an answer" : null), says(word)),
        system,
      )
    : ask(cycle(about, i + Math.floor(i / 4)).replace("{x}", x), refused, system);
}

export const refusal: Family = {
  name: "system prompt: a refused topic",
  cases: Array.from({ length: 24 }, (_, i) => refusing(i)),
};
