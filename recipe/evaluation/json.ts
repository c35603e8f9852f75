import { ask, type Check, type Family } from "./case.ts";
import { cycle, heldOut } from "./held_out.ts";

/** This very object: the same keys, in any order, with the same values. */
export function object(expected: Readonly<Record<string, unknown>>): Check {
  return (reply) => {
    try {
      const received = JSON.parse(reply) as Record<string, unknown>;
      const keys = Object.keys(expected);
      const same = Object.keys(received).length === keys.length && keys.every((key) => received[key] === expected[key]);
      return same ? null : `expected ${JSON.stringify(expected)}`;
    } catch {
      return "expected JSON";
    }
  };
}

const nameAndAge = [
  "Read this and give me name and age as JSON: {n} turned {age} last week.",
  "{n} is now {age} years old. I need the name and age as JSON.",
  "As JSON with name and age, please: {n} is {age} years old.",
];
const nameAndCity = [
  "Give the name and city back as JSON: {n} lives in {city}.",
  "{n} lives in the city of {city}. I need name and city as JSON.",
];
const three = [
  "I need name, age and city as JSON: {n} is {age} and lives in {city}.",
  "{n} is {age} years old and comes from {city}. Put name, age and city into JSON.",
];
const job = [
  "Give the name and job back as JSON: {n} works as a {job}.",
  "{n} is a {job}. I need the name and job as JSON.",
];

export const json: Family = {
  name: "JSON from a sentence",
  cases: Array.from({ length: 32 }, (_, i) => {
    const [name, city, age] = [cycle(heldOut.names, 7 * i + 2), cycle(heldOut.places, i), 17 + ((i * 13) % 70)];
    const work = cycle(
      heldOut.jobs.filter((x) => !/^[aeiou]/.test(x)),
      i,
    );
    const fill = (ways: readonly string[]) =>
      cycle(ways, Math.floor(i / 4))
        .replace("{n}", name)
        .replace("{age}", String(age))
        .replace("{city}", city)
        .replace("{job}", work);
    if (i % 4 === 0) return ask(fill(nameAndCity), object({ name, city }));
    if (i % 4 === 1) return ask(fill(three), object({ name, age, city }));
    if (i % 4 === 2) return ask(fill(job), object({ name, job: work }));
    return ask(fill(nameAndAge), object({ name, age }));
  }),
};
