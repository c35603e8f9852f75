import { both, type Case, type Check, type Family, says } from "./case.ts";
import { cycle, heldOut } from "./held_out.ts";
import { object } from "./json.ts";

const [lookup, solver, clock, now, evaluate, local] = heldOut.tools as [string, string, string, string, string, string];

function definition(name: string, description: string, parameter: string) {
  const parameters = { type: "object", properties: { [parameter]: { type: "string" } }, required: [parameter] };
  return { type: "function", function: { name, description, parameters } };
}

/** One call and nothing else: of this function, with this one argument. */
function calls(name: string, parameter: string, argument: string): Check {
  return (reply) => {
    const body = /^<tool_call>\s*([\s\S]*?)\s*<\/tool_call>$/.exec(reply)?.[1];
    if (body === undefined) return "expected a tool call";
    try {
      const call = JSON.parse(body) as { name: unknown; arguments: Record<string, unknown> };
      if (call.name !== name) return `expected a call of ${name}`;
      return object({ [parameter]: argument })(JSON.stringify(call.arguments));
    } catch {
      return "expected a call in JSON";
    }
  };
}

function weather(i: number): Case {
  const [name, parameter] = i % 2 === 0 ? [lookup, "city"] : [now, "location"];
  const [city, degrees, sky] = [
    cycle(heldOut.places, i),
    3 + ((i * 7) % 30),
    cycle(["sunny", "cloudy", "rainy", "windy"], i),
  ];
  const user = cycle(
    [
      "Could you tell me the weather in {x}?",
      "What sort of weather do they have in {x}?",
      "Please look up the weather for me in {x}.",
    ],
    i,
  ).replace("{x}", city);
  const result = JSON.stringify({ temperature: degrees, condition: sky });
  return {
    tools: [
      definition(name, "Get the weather of a city", parameter),
      ...(i % 3 === 0 ? [definition(solver, "Evaluate arithmetic", "expression")] : []),
    ],
    turns: [
      {
        user,
        check: calls(name, parameter, city),
        tool: { result, check: both(says(degrees), says(sky), says(city)) },
      },
    ],
  };
}

function sum(i: number): Case {
  const [name, parameter] = i % 2 === 0 ? [solver, "expression"] : [evaluate, "input"];
  const [a, b] = [(i * 37 + 113) % 1000, (i * 59 + 31) % 400];
  const [sign, value] = cycle(
    [
      ["+", a + b],
      ["-", a - b],
      ["*", a * b],
    ] as const,
    i,
  );
  const user = cycle(
    ["What does {x} equal?", "Could you calculate {x} for me?", "I want to know {x}."],
    Math.floor(i / 3),
  ).replace("{x}", `${a} ${sign} ${b}`);
  return {
    tools: [definition(name, "Evaluate an arithmetic expression", parameter)],
    turns: [
      { user, check: calls(name, parameter, `${a} ${sign} ${b}`), tool: { result: String(value), check: says(value) } },
    ],
  };
}

function time(i: number): Case {
  const [name, parameter] = i % 2 === 0 ? [clock, "city"] : [local, "place"];
  const [city, at] = [cycle(heldOut.places, 4 * i + 3), `${String((i * 5) % 24).padStart(2, "0")}:${10 + i}`];
  const user = cycle(
    [
      "Could you tell me what time it is in {x}?",
      "What is the time now over in {x}?",
      "Please find out the time in {x}.",
    ],
    i,
  ).replace("{x}", city);
  return {
    tools: [
      definition(name, "Current time of a city", parameter),
      ...(i % 3 === 1 ? [definition(lookup, "Get the weather", "city")] : []),
    ],
    turns: [
      {
        user,
        check: calls(name, parameter, city),
        tool: { result: JSON.stringify({ time: at }), check: both(says(at), says(city)) },
      },
    ],
  };
}

const make = [
  ...Array.from({ length: 12 }, (_, i) => weather(i)),
  ...Array.from({ length: 12 }, (_, i) => sum(i)),
  ...Array.from({ length: 12 }, (_, i) => time(i)),
];

/** A call and the reply to its result are scored apart. */
export const toolCalls: Family = {
  name: "tool call",
  cases: make.map(({ tools, turns }) => ({
    tools: tools!,
    turns: [{ user: turns[0]!.user, check: turns[0]!.check! }],
  })),
};

export const toolAnswers: Family = {
  name: "a tool's answer put in words",
  cases: make.map(({ tools, turns }) => ({ tools: tools!, turns: [{ user: turns[0]!.user, tool: turns[0]!.tool! }] })),
};
