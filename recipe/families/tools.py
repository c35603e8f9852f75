"""Calling a tool that the system turn describes, and saying what it answered."""

import json
from random import Random

import words
from coined import PIECES, VOCABULARY, coined, unheld
from dialogue import Exchange
from families.beyond import NO_SIGHT
from families.numbers import MINUS, PLUS
from grammar import say, typed

# Names are put together anew for each conversation: a list of them would be learnt by heart.
VERBS = "get,fetch,find,check,read,show,tell,query,ask,give,load,request,search,see,retrieve,report,call,run,do,make,use,pull,obtain,provide,request,look_for,inspect,lookup".split(",")
NOUNS = {
    "weather": "weather,forecast,sky,temperature,climate,meteo,conditions,outside,weather_report,weather_info".split(","),
    "calculator": "math,sum,arithmetic,number,result,expression,calculation,formula,maths,equation,value".split(","),
    "time": "time,clock,hour,date_time,timezone,city_time,watch,time_of_day,world_clock".split(","),
}
SINGLES = {
    "weather": "weather,forecast,meteo,sky,temperature,climate".split(","),
    "calculator": "calculator,calculate,calc,math,compute,solve,eval,arithmetic,reckon,add_up,work_out".split(","),
    "time": "time,clock,hour,watch,now,timezone".split(","),
}
ENDINGS = "service,tool,api,info,data,lookup,helper,in_city,at,for,current,today,engine,machine,v2,finder,reader,agent,op,here".split(",")
PARAMETERS = {"weather": ["city", "location", "place", "town", "where", "area", "city_name", "region", "target", "q"],
              "calculator": ["expression", "formula", "input", "query", "sum", "text", "math", "expr", "calculation", "problem"],
              "time": ["city", "location", "place", "timezone", "town", "where", "zone", "area", "city_name", "q"],
              "other": ["name", "key", "item", "query", "id", "subject", "input", "term", "q", "what"]}
DESCRIPTIONS = {
    "weather": ["[Get|Fetch|Find|Return|Returns|Look up|Tell|Show|Gives] [the |the current |]weather[| in a city| of a place| for a location| at a place| today][.|]", "[Current weather|Weather|Weather report|Weather forecast] [of|for|in|at] a [city|place|town|location][.|]"],
    "calculator": ["[Evaluate|Evaluates|Compute|Calculate|Work out|Solve|Do] [an arithmetic expression|arithmetic|a sum|a calculation|an expression|a formula|the value of an expression|maths][.|]", "[A calculator|Calculator|Pocket calculator|Arithmetic][.|]"],
    "time": ["[Get|Fetch|Find|Return|Returns|Look up|Tell|Show|Gives] [the |the current |the local |]time[| in a city| of a place| for a location| at a place][.|]", "[Current time|Local time|Time|Time of day|The clock] [of|for|in|at] a [city|place|town|location][.|]"],
}
IS = "[What is|What's|Tell me|Can you tell me|Could you check|Please check|I need|I want|Find out|Find|Look up|Check|Give me|Do you know|I'd like to know|Let me know|Would you look up|Please find|Please tell me|Show me|Any idea about|I would like to know]"
ASK = {
    "weather": [IS + " [the weather|the weather now|the current weather|today's weather|the forecast|the weather report] [in|for|at|over in] {x}[?|.|, please.|]", "[How is|How's|What is|What's|What will be] the weather [|like |today |now |right now |at the moment |outside ][in|over in|around|at] {x}[| today]?",
                "[Is it|Will it be|Is it going to be] [raining|sunny|cold|warm|hot|windy|snowing|cloudy|nice] in {x}[| today| now]?", "[How warm|How cold|How hot] is it [|now |today ]in {x}[| now| today]?", "[Do I need|Should I take] [an umbrella|a coat|a hat] in {x}[| today]?",
                "[Weather|The weather|Forecast] [in|for|at] {x}[?|, please|.|]", "[What kind of|Which] weather [do people|do you|does one] [have|get|expect] in {x}?", "I am [going|travelling|flying] to {x}[.|,] [how is|what is|what's] the weather there?", "{x} weather[|?| please]"],
    "time": ["[What time is it|What's the time|What is the time|What is the current time|What's the time right now|What time do they have] [now |right now |at the moment |by now |||][in|in|over in|there in|at] {x}[?|, please?|]", IS + " [the time|the current time|the local time|the hour] [in|at|for] {x}[?|.|, please.]", "[How late is it|What does the clock say|What is the hour] in {x}[?| now?]",
             "[Tell me|Please tell me|I want to know|Do you know|I wonder|Let me know|Check] what time it is [now in|right now in|at the moment in|in the city of] {x}[.|?]", "[Time|The time|Current time|Local time] in {x}[?|, please|.]", "My friend is in {x}[.|,] what time is it there?", "[What is|What's|Tell me|Do you know|I need|How about|Check|Give me|Say] the [time|time|hour|local time|clock] [|right now |today |at the moment |just now |this minute ][over in|over in|over there in|out in|down in|up in|in] {x}[?|.|, please.]", "[What time|Which time|What hour] [is it|do they have|have they|do the clocks show] [|right now |just now |now ][over in|over there in|out in|down in] {x}?", "[What is|What's|Tell me|Say] the [time|hour|local time|current time] [right now|now|at present|at the moment] [in|for|at] {x}[?|.]", "{x} time[|?| please]"],
}
OPEN = "[What is|What's|Calculate|Compute|How much is|Tell me|Work out|Please compute|Please calculate|Find|I need|Solve|Could you work out|Can you calculate|Give me|I'd like to know|What do you get for|Do you know|Evaluate|Would you calculate|Let me know|What comes out of|I have to know|Please work out]"
EXACT = [OPEN + " {a} {o} {b}[?|.|, please.|]", "{a} {o} {b}[|?|=|= ?| = ?| please| is what?| equals what?| makes?]", "[What is the result of|What is the value of|The answer to|What do I get for|What would be|What will] {a} {o} {b}[?| be?| come to?]", "[How much|What] [does|would|will] {a} {o} {b} [make|give|come to|be|yield|result in|amount to|work out to|bring|sum up to]?"]
TIMES = [OPEN + " {a}[ times | x | multiplied by ]{b}[?|.|]", "[Multiply|Please multiply] {a} [by|and|with] {b}."]
DIVIDE = [OPEN + " {a}[ divided by | over ]{b}[?|.|]", "[Divide|Please divide] {a} by {b}."]
SKIES = ["sunny", "cloudy", "rainy", "windy", "foggy", "snowy", "clear", "stormy", "hazy", "icy", "dry", "wet"]


def styled(rng: Random, parts: list[str]) -> str:
    """snake_case, camelCase, with dots or dashes, or in one."""
    flat = [piece for part in parts for piece in part.split("_")]
    luck = rng.random()
    if luck < 0.68:
        return "_".join(flat)
    if luck < 0.84:
        return flat[0] + "".join(piece.capitalize() for piece in flat[1:])
    return rng.choice(["-", ".", ""]).join(flat) if luck < 0.95 else "".join(piece.capitalize() for piece in flat)


def tool_name(rng: Random, nouns: list[str], singles: list[str]) -> str:
    def one() -> str:
        luck = rng.random()
        if luck < 0.1:
            return rng.choice(singles)
        if luck < 0.24:
            return rng.choice([rng.choice(VOCABULARY), rng.choice(VOCABULARY), rng.choice(PIECES)]).lower()
        verb = rng.choice(VERBS) if rng.random() < 0.5 else coined(rng) if rng.random() < 0.4 else rng.choice(VOCABULARY).lower()
        noun = rng.choice(nouns) if rng.random() < 0.55 else rng.choice(VOCABULARY).lower() if rng.random() < 0.6 else coined(rng)
        ending = rng.choice(ENDINGS) if rng.random() < 0.6 else coined(rng)
        if luck < 0.38:
            return rng.choice([coined(rng), verb, noun])
        return styled(rng, [verb, noun] if luck < 0.65 else [noun, ending] if luck < 0.85 else [verb, noun, ending])

    return unheld(rng, one)


def definition(rng: Random, name: str, description: str, parameter: str) -> dict:
    kind = {"type": "string", "description": rng.choice(["The place", "The input", "What to look up", "Text"])} if rng.random() < 0.1 else {"type": "string"}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": {"type": "object", "properties": {parameter: kind}, "required": [parameter]}}}


class Toolbox:
    """The tools of one conversation: one to three kinds, under names of their own."""

    def __init__(self, rng: Random):
        self.kinds = rng.choices([["weather"], ["calculator"], ["time"], ["other"], rng.sample([*DESCRIPTIONS, "other"], 2), rng.sample([*DESCRIPTIONS, "other"], 3)], [3, 3, 3, 2, 8, 2])[0]
        self.name, self.parameter = {}, {}
        self.noun = rng.choice([coined(rng), rng.choice(words.WORDS), rng.choice("price,address,owner,colour,size,number,score,rank,height,stock,menu,boss,status,password,flag,phone number".split(","))])
        self.tools = []
        for kind in self.kinds:
            nouns = NOUNS.get(kind, [self.noun.replace(" ", "_")])
            self.name[kind] = tool_name(rng, nouns, SINGLES.get(kind, nouns))
            self.parameter[kind] = rng.choice(PARAMETERS[kind]) if rng.random() < 0.6 else rng.choice([coined(rng), rng.choice(VOCABULARY).lower()])
            description = say(rng, rng.choice(DESCRIPTIONS[kind])) if kind != "other" else say(rng, "[Get|Look up|Find|Return|Tells] the {n} of [something|a thing|a person|a name|an item][.|]", n=self.noun)
            self.tools.append(definition(rng, self.name[kind], description, self.parameter[kind]))

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
        user, argument, result, reply = {"weather": weather, "time": time, "calculator": calculator, "other": self.other}[kind](rng)
        return [{"role": "user", "content": user}, self.call(kind, argument), {"role": "tool", "content": result}, {"role": "assistant", "content": reply}]

    def other(self, rng: Random) -> tuple[str, str, str, str]:
        x = rng.choice([words.name, words.place, coined])(rng)
        value = rng.choice([coined(rng), str(rng.randint(0, 999)), words.name(rng)])
        user = say(rng, IS + " the {n} [of|for] {x}[?|.|, please.|]", n=self.noun, x=x)
        return user, x, packed(rng, self.noun.replace(" ", "_"), value), f"The {self.noun} of {x} is {value}."


def compact(rng: Random, fields: dict) -> str:
    return json.dumps(fields, separators=(",", ":")) if rng.random() < 0.5 else json.dumps(fields)


def packed(rng: Random, key: str, value: object) -> str:
    """A tool's answer of one value: in JSON or bare."""
    return compact(rng, {rng.choice([key, "result", "value", "answer"]): value}) if rng.random() < 0.55 else str(value)


def weather(rng: Random) -> tuple[str, str, str, str]:
    city, sky, degrees = words.place(rng), rng.choice(SKIES), rng.randint(-15, 39) if rng.random() < 0.75 else rng.randint(0, 9)
    user = typed(rng, say(rng, rng.choice(ASK["weather"]), x=city), lower=False)
    if rng.random() < 0.7:
        fields = {rng.choice(["temperature", "temp", "degrees", "temperature_c", "celsius"]): degrees, rng.choice(["condition", "sky", "weather", "conditions", "state"]): sky}
        if rng.random() < 0.3:
            fields = dict(reversed(fields.items()))
        if rng.random() < 0.3:
            fields = {rng.choice(["city", "location"]): city, **fields}
        result = compact(rng, fields)
    else:
        result = say(rng, "[{s}, {d} degrees|{d} C, {s}|{d} degrees and {s}|It is {s} and {d} degrees.]", s=sky, d=degrees)
    return user, city, result, f"It is {degrees} degrees and {sky} in {city}."


def time(rng: Random) -> tuple[str, str, str, str]:
    city, now = words.place(rng), f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    user = typed(rng, say(rng, rng.choice(ASK["time"]), x=city), lower=False)
    result = compact(rng, {rng.choice(["time", "current", "now", "clock"]): now}) if rng.random() < 0.6 else now
    return user, city, result, f"It is {now} in {city}."


def calculator(rng: Random) -> tuple[str, str, str, str]:
    big = 10 ** rng.choice([1, 2, 3, 3, 4])
    a, b = rng.randint(1, big), rng.randint(1, big)
    operator = rng.choice("+-*/")
    value = {"+": a + b, "-": a - b, "*": a * b, "/": round(a / b, 2)}[operator]
    expression = f"{a} {operator} {b}"
    worded = {"+": PLUS, "-": MINUS, "*": TIMES, "/": DIVIDE}[operator]
    user = say(rng, rng.choice(EXACT if rng.random() < 0.6 else worded), a=a, b=b, o=operator)
    return typed(rng, user), expression, packed(rng, "result", value), f"{expression} = {value}."
