import { ask, type Check, equals, type Family, says } from "./case.ts";
import { cycle, heldOutNumbers } from "./held_out.ts";

/** The number that the reply ends with. */
function endsWith(expected: number): Check {
  return (reply) => (Number(/(-?\d+)\D*$/.exec(reply)?.[1]) === expected ? null : `expected ${expected} at the end`);
}

const fill = (pattern: string, a: number, b: number) => pattern.replace("{a}", String(a)).replace("{b}", String(b));

const plus = [
  "What does {a} + {b} equal?",
  "Could you add {a} and {b} for me?",
  "How much is {a} plus {b}, please?",
  "{a} plus {b} makes what?",
  "I want to know {a} + {b}.",
];
const minus = [
  "What does {a} - {b} equal?",
  "Could you subtract {b} from {a} for me?",
  "How much is {a} minus {b}, please?",
  "{a} minus {b} makes what?",
  "I want to know {a} - {b}.",
];

export const addition: Family = {
  name: "addition to 99",
  cases: heldOutNumbers(40, 2, 1).map(([a, b], i) => ask(fill(cycle(plus, i), a!, b!), endsWith(a! + b!))),
};

export const subtraction: Family = {
  name: "subtraction to 99",
  cases: heldOutNumbers(90, 2, 2)
    .filter(([a, b]) => a! > b!)
    .slice(0, 40)
    .map(([a, b], i) => ask(fill(cycle(minus, i), a!, b!), endsWith(a! - b!))),
};

const bigger = [
  "Which of {a} and {b} is bigger?",
  "What number is the larger one, {a} or {b}?",
  "Of {a} and {b}, which is greater?",
];
const smaller = [
  "Which of {a} and {b} is smaller?",
  "What number is the lesser one, {a} or {b}?",
  "Of {a} and {b}, which is smaller?",
];

export const comparison: Family = {
  name: "comparison",
  cases: heldOutNumbers(30, 2, 3).map(([a, b], i) =>
    i % 2 === 0
      ? ask(fill(cycle(bigger, i / 2), a!, b!), (reply) => says(`${Math.max(a!, b!)} is bigger`)(reply))
      : ask(fill(cycle(smaller, (i - 1) / 2), a!, b!), (reply) => says(`${Math.min(a!, b!)} is smaller`)(reply)),
  ),
};

const order = [
  "Could you put {x} in order?",
  "Please order the numbers {x}.",
  "Sort the following: {x}",
  "Can you arrange {x} from small to large?",
];

export const sorting: Family = {
  name: "sorting three numbers",
  cases: heldOutNumbers(30, 3, 4).map((numbers, i) =>
    ask(cycle(order, i).replace("{x}", numbers.join(", ")), equals(`${numbers.toSorted((a, b) => a - b).join(", ")}.`)),
  ),
};
