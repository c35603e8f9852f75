"""Calling a tool that the system turn describes, and saying what it answered."""

import json
from random import Random

import words
from dialogue import Exchange
from families.beyond import NO_SIGHT
from families.numbers import MINUS, PLUS
from grammar import say, typed
from held_out import without

NAMES = {
    "weather": without("tools", ["get_weather", "weather", "current_weather", "get_current_weather", "weather_forecast", "fetch_weather", "check_weather"]),
    "calculator": without("tools", ["calculator", "calculate", "calc", "math", "compute", "eval_expression", "do_math"]),
    "time": without("tools", ["get_time", "time", "current_time", "get_current_time", "clock", "time_in_city", "fetch_time"]),
}
PARAMETERS = {"weather": ["city", "location", "place", "town"], "calculator": ["expression", "formula", "input", "query"], "time": ["city", "location", "place", "timezone"]}
DESCRIPTIONS = {
    "weather": ["Get the weather", "Get the current weather in a city", "Current weather of a place", "Returns the weather for a location", "Look up the weather"],
    "calculator": ["Evaluate an arithmetic expression", "A calculator", "Do arithmetic", "Calculate the value of an expression", "Compute a result"],
    "time": ["Get the current time", "Get the time in a city", "Current local time of a place", "Returns the time for a location", "Tell the time"],
}
ASK = {
    "weather": ["[What is|What's|How is|Tell me|I want to know|Do you know|Check] the weather [|like |today ]in {x}[?|.|, please.]", "[Is it|Will it be] [raining|sunny|cold|warm|hot|windy|snowing] in {x}[| today| now]?", "[How warm|How cold|How hot] is it in {x}[| now| today]?", "[Do I need|Should I take] [an umbrella|a coat|a hat] in {x}[| today]?", "[Weather|The weather] in {x}[?|, please|.]"],
    "time": ["[What time is it|What's the time|Tell me the time|What is the time|Do you know the time|What is the current time] [now |right now |]in {x}[?|.]", "[How late is it|What does the clock say] in {x}?", "[Time|The time|Current time] in {x}[?|, please|.]", "[I need|I want to know|Give me] the time in {x}."],
}
TIMES = ["[What is|What's|Calculate|Compute|How much is|Tell me] {a}[ * | times | x | multiplied by ]{b}[?|.|]", "[Multiply|Please multiply] {a} [by|and|with] {b}."]
DIVIDE = ["[What is|What's|Calculate|Compute|How much is|Tell me] {a}[ / | divided by ]{b}[?|.|]", "[Divide|Please divide] {a} by {b}."]
SKIES = ["sunny", "cloudy", "rainy", "windy", "foggy", "snowy", "clear", "stormy"]


def definition(name: str, description: str, parameter: str) -> dict:
    return {"type": "function", "function": {"name": name, "description": description,
            "parameters": {"type": "object", "properties": {parameter: {"type": "string"}}, "required": [parameter]}}}


class Toolbox:
    """The tools of one conversation: one to three kinds, under names of their own."""

    def __init__(self, rng: Random):
        self.kinds = rng.sample(list(NAMES), rng.choice([1, 1, 2, 3]))
        self.name, self.parameter = {}, {}
        self.tools = []
        for kind in self.kinds:
            self.name[kind], self.parameter[kind] = rng.choice(NAMES[kind]), rng.choice(PARAMETERS[kind])
            if rng.random() < 0.15:
                self.name[kind] = words.made_up(rng, 2) + "_" + kind
            self.tools.append(definition(self.name[kind], rng.choice(DESCRIPTIONS[kind]), self.parameter[kind]))

    def call(self, kind: str, argument: str) -> dict:
        return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": self.name[kind], "arguments": {self.parameter[kind]: argument}}}]}

    def missing(self, rng: Random) -> Exchange | None:
        """A question that a tool could answer, were it there."""
        kind = rng.choice(["weather", "time"])
        if kind in self.kinds:
            return None
        return Exchange(say(rng, rng.choice(ASK[kind]), x=words.place(rng)), NO_SIGHT)

    def turns(self, rng: Random) -> list[dict]:
        """A question, the call, the tool's answer, and the reply."""
        kind = rng.choice(self.kinds)
        user, argument, result, reply = {"weather": weather, "time": time, "calculator": calculator}[kind](rng)
        return [{"role": "user", "content": user}, self.call(kind, argument), {"role": "tool", "content": result}, {"role": "assistant", "content": reply}]


def weather(rng: Random) -> tuple[str, str, str, str]:
    city, sky, degrees = words.place(rng), rng.choice(SKIES), rng.randint(-15, 39)
    user = typed(rng, say(rng, rng.choice(ASK["weather"]), x=city), lower=False)
    shape = rng.random()
    if shape < 0.6:
        fields = {rng.choice(["temperature", "temp", "degrees", "temperature_c"]): degrees, rng.choice(["condition", "sky", "weather", "conditions"]): sky}
        if rng.random() < 0.3:
            fields = dict(reversed(fields.items()))
        if rng.random() < 0.3:
            fields = {rng.choice(["city", "location"]): city, **fields}
        result = json.dumps(fields)
    else:
        result = say(rng, "[{s}, {d} degrees|{d} C, {s}|{d} degrees and {s}|It is {s} and {d} degrees.]", s=sky, d=degrees)
    return user, city, result, f"It is {degrees} degrees and {sky} in {city}."


def time(rng: Random) -> tuple[str, str, str, str]:
    city, now = words.place(rng), f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    user = typed(rng, say(rng, rng.choice(ASK["time"]), x=city), lower=False)
    result = json.dumps({rng.choice(["time", "local_time", "now"]): now}) if rng.random() < 0.6 else now
    return user, city, result, f"It is {now} in {city}."


def calculator(rng: Random) -> tuple[str, str, str, str]:
    big = 10 ** rng.randint(1, 4)
    a, b = rng.randint(1, big), rng.randint(1, big)
    operator = rng.choice("+-**/")
    ask = {"+": PLUS, "-": MINUS, "*": TIMES, "/": DIVIDE}[operator]
    value = {"+": a + b, "-": a - b, "*": a * b, "/": round(a / b, 2)}[operator]
    expression = f"{a} {operator} {b}"
    result = json.dumps({rng.choice(["result", "value", "answer"]): value}) if rng.random() < 0.5 else str(value)
    return say(rng, rng.choice(ask), a=a, b=b), expression, result, f"{expression} = {value}."
