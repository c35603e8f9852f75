import { ask, type Family, matches, says } from "./case.ts";
import { cycle } from "./held_out.ts";

/** Spelling a word is a fact to be learnt; these are in the training, the questions are not. */
const words = [
  "apple",
  "garden",
  "tiger",
  "planet",
  "mouse",
  "window",
  "bread",
  "cloud",
  "zebra",
  "rocket",
  "ship",
  "lemon",
  "piano",
  "snow",
  "castle",
  "frog",
  "table",
  "hammer",
  "kite",
  "bridge",
  "velvet",
  "plum",
  "fox",
  "quartz",
  "donkey",
  "butter",
  "jump",
  "orbit",
  "sand",
  "yellow",
];

const count = [
  'How many letters can you count in "{x}"?',
  "What is the number of letters in {x}?",
  "The word {x} has how many letters?",
  "Count how many letters {x} has.",
  "Please tell me how many letters there are in {x}.",
];

export const letters: Family = {
  name: "letters of a word",
  cases: words.map((word, i) =>
    ask(cycle(count, i).replace("{x}", word), matches(new RegExp(`(?<!\\d)${word.length} letters`))),
  ),
};

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const months = "January February March April May June July August September October November December".split(" ");
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const after = [
  "Which {unit} do we have after {x}?",
  "{x} is over. Which {unit} is next?",
  "Could you tell me the {unit} that follows {x}?",
];
const before = ["Which {unit} do we have before {x}?", "Could you tell me the {unit} that comes before {x}?"];

function neighbours(names: readonly string[], unit: string, step: 1 | -1, ways: readonly string[]) {
  return names.map((x, i) =>
    ask(
      cycle(ways, i).replace("{unit}", unit).replace("{x}", x),
      says(names[(i + step + names.length) % names.length]!),
    ),
  );
}

export const calendar: Family = {
  name: "days and months",
  cases: [
    ...neighbours(days, "day", 1, after),
    ...neighbours(days, "day", -1, before),
    ...neighbours(months, "month", 1, after),
    ...neighbours(months, "month", -1, before),
    ...months
      .filter((_, i) => i % 3 !== 0)
      .map((x) => ask(`How many days are there in the month of ${x}?`, says(lengths[months.indexOf(x)]!))),
  ],
};
