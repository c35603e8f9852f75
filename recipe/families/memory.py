"""Told once, asked later: the reason to have a KV cache."""

from random import Random

import words
from dialogue import Exchange
from grammar import article, say, typed

# kind: how it is told, what is said then, how it is asked, the answer.
FACTS: dict[str, tuple[list[str], list[str], list[str], str]] = {
    "name": (
        ["[|Hi! |Hello, |Hey, |Good morning, |Hi there. |By the way, |Oh, ][my name is|I'm|I am|my name's|I am called|people call me|call me|you can call me|they call me|it's] {x}[.|!||, nice to meet you.| and I am new here.|. How are you?]",
         "[Please call me|Just call me|The name is|This is|You may call me|Everyone calls me|My friends call me] {x}[.|!|]",
         "{x} [is my name|here|is the name|speaking][.|!]"],
        ["Nice to meet you, {x}!"],
        ["[|So, |Now, |Okay, |Tell me, |Hey, ][what is my name|what's my name|who am I|do you know my name|do you remember my name|what did I say my name was|what was my name|how am I called|what am I called|do you remember me|do you still know my name|can you say my name|what did I tell you my name was]?",
         "[Say my name|Tell me my name|Remind me of my name|Please say my name]."],
        "Your name is {x}.",
    ),
    "age": (
        ["[|Oh, |By the way, |Hi, ][I am|I'm] {x} years old[.|!]", "[My age is|I turned|I just turned|I am turning|My age:] {x}[.|!| today.]", "I am {x}[.|, by the way.]"],
        ["{x} is a fine age!"],
        ["[|So, |Now, |Tell me, ][how old am I|what is my age|what's my age|do you remember my age|do you know how old I am|what age am I|how many years old am I|what did I say my age was]?"],
        "You are {x} years old.",
    ),
    "place": (
        ["[|Oh, |By the way, |Hi, ][I live in|I'm from|I am from|I come from|my home is in|I live and work in|my house is in|I moved to] {x}[.|!]", "{x} is [my home|where I live|my city|my town|my home town][.|!]"],
        ["{x} sounds like a nice place!"],
        ["[|So, |Now, |Tell me, ][where do I live|where am I from|where is my home|do you remember where I live|which place do I live in|what city do I live in|where did I say I live|do you know where I live|which town am I from|where do I come from]?"],
        "You live in {x}.",
    ),
    "pet": (
        ["[|Oh, |By the way, |Hi, ][I have {a} called|I have {a} named|I own {a} named|my {kind} is called|my {kind}'s name is|I got {a} called|the name of my {kind} is|there is my {kind},|we have {a} called] {x}[.|!]"],
        ["{x} is a lovely name for {a}!"],
        ["[|So, |Now, |Tell me, ][what is my {kind} called|what is the name of my {kind}|what's my {kind}'s name|who is my {kind}|do you remember my {kind}'s name|what is my {kind}'s name|how is my {kind} called|what did I call my {kind}|what name does my {kind} have]?"],
        "Your {kind} is called {x}.",
    ),
    "colour": (
        ["[|Oh, |By the way, |Hi, ][my favourite colour is|my favorite color is|the colour I like most is|the colour I love is|I like one colour best:|my best colour is] {x}[.|!]", "{X} is my favourite colo[|u]r[.|!]"],
        ["{X} is a beautiful colour!"],
        ["[|So, |Now, |Tell me, ][what is my favourite colour|what's my favorite color|which colour do I like|what colour do I like most|do you remember my favourite colour|which colour is my favourite|what colour did I say I like|do you know my favourite colour]?"],
        "Your favourite colour is {x}.",
    ),
    "food": (
        ["[|Oh, |By the way, |Hi, ][my favourite food is|my favorite food is|the food I like most is|what I like to eat most is|the best food for me is] {x}[.|!]", "{X} is my favourite [food|dish|meal][.|!]"],
        ["{X} is very tasty!"],
        ["[|So, |Now, |Tell me, ][what is my favourite food|what's my favorite food|what do I like to eat|which food do I like most|do you remember my favourite food|what food did I say I like|do you know what I like to eat]?"],
        "Your favourite food is {x}.",
    ),
    "job": (
        ["[|Oh, |By the way, |Hi, ][I am|I'm|I work as|my job is to be|I earn my money as|by profession I am] {ax}[.|!]", "I am {ax} by [trade|profession][.|!]", "[My job|My profession]: {x}."],
        ["That is a good job!"],
        ["[|So, |Now, |Tell me, ][what is my job|what's my job|what do I do for a living|what is my profession|do you remember my job|what do I work as|which job do I have|what work do I do|do you know my job]?"],
        "You are {ax}.",
    ),
    "relative": (
        ["[|Oh, |By the way, |Hi, ][my {kind} is called|my {kind}'s name is|I have a {kind} called|I have a {kind} named|the name of my {kind} is|my {kind} is] {x}[.|!]"],
        ["{x} is a nice name!"],
        ["[|So, |Now, |Tell me, ][what is my {kind} called|what is the name of my {kind}|what's my {kind}'s name|do you remember my {kind}'s name|what is my {kind}'s name|how is my {kind} called|who is my {kind}|what name does my {kind} have]?"],
        "Your {kind} is called {x}.",
    ),
    "number": (
        ["[|Oh, |By the way, |Hi, ][my lucky number is|my favourite number is|remember the number|the secret number is|keep this number in mind:|please remember this number:] {x}[.|!]"],
        ["I will remember the number {x}."],
        ["[|So, |Now, |Tell me, ][what is my number|what was the number|which number did I tell you|what number did I say|do you remember the number|what is my lucky number|what is my favourite number|what was the secret number|which number should you remember]?"],
        "The number is {x}.",
    ),
    "word": (
        ["[|Oh, |Hi, ][the password is|remember the word|the secret word is|the magic word is|my code word is|please remember this word:|keep this word in mind:] {x}[.|!]"],
        ["I will remember the word {x}."],
        ["[|So, |Now, |Tell me, ][what is the password|what was the word|which word did I tell you|what word did I say|do you remember the word|what is the secret word|what was the secret word|what is the magic word|what is my code word|which word should you remember]?"],
        "The word is {x}.",
    ),
}
WEIGHTS = {"name": 6}
RELATIVES = "sister brother mother father friend boss neighbour cousin aunt uncle teacher daughter son wife husband".split()
UNKNOWN = {"name": "your name", "age": "your age", "place": "where you live", "pet": "the name of your {kind}", "colour": "your favourite colour",
           "food": "your favourite food", "job": "your job", "relative": "the name of your {kind}", "number": "a number", "word": "a word"}


def slots_of(rng: Random, kind: str) -> dict[str, object]:
    pool = {"name": words.name, "pet": words.name, "relative": words.name, "age": words.age, "place": words.place,
            "colour": lambda r: r.choice(words.COLOURS), "food": lambda r: r.choice(words.FOODS),
            "job": lambda r: r.choice(words.JOBS), "number": lambda r: r.randint(0, 999), "word": words.word}
    x = pool[kind](rng)
    what = rng.choice(words.PETS) if kind == "pet" else rng.choice(RELATIVES)
    return {"x": x, "X": str(x).capitalize(), "ax": article(str(x)), "kind": what, "a": article(what)}


def pick(rng: Random) -> str:
    kinds = list(FACTS)
    return rng.choices(kinds, [WEIGHTS.get(kind, 1) for kind in kinds])[0]


def told_and_asked(rng: Random, kind: str) -> tuple[Exchange, Exchange]:
    tell, reaction, ask, answer = FACTS[kind]
    slots = slots_of(rng, kind)
    copied = kind not in ("name", "place", "pet", "relative")
    # Names come in lower case now and then, and are given back as names are written.
    heard = {**slots, "x": str(slots["x"]).lower()} if kind == "name" and rng.random() < 0.1 else slots
    told = Exchange(typed(rng, say(rng, rng.choice(tell), **heard), lower=copied), say(rng, rng.choice(reaction), **slots), "Nice")
    short = str(slots["x"]) if copied is False or kind in ("age", "number") else str(slots["X"])
    return told, Exchange(typed(rng, say(rng, rng.choice(ask), **slots)), say(rng, answer, **slots), short)


def at_once(rng: Random) -> Exchange:
    """Told and asked in one message; or a name, and a greeting back."""
    name = words.name(rng)
    if rng.random() < 0.5:
        ask = say(rng, "[Hi|Hello|Hey|Good morning][!|,|.] [My name is|I am|I'm|This is] {x}. [Who are you|What is your name|And you|What's yours|And who are you]?", x=name)
        return Exchange(ask, f"Nice to meet you, {name}! I am Octavo, a very small language model.", None, capitals=False)
    tell, _, asked, answer = FACTS["name"]
    ask = say(rng, rng.choice(tell[:1]), x=name).rstrip(".!?") + ". " + say(rng, rng.choice(asked), x=name)
    return Exchange(typed(rng, ask, lower=False), say(rng, answer, x=name), name, capitals=False)


def never_told(rng: Random, told: set[str]) -> Exchange | None:
    kind = pick(rng)
    if kind in told:
        return None
    slots = slots_of(rng, kind)
    ask = say(rng, rng.choice(FACTS[kind][2]), **slots)
    return Exchange(typed(rng, ask), say(rng, "You have not told me " + UNKNOWN[kind] + " yet.", **slots), "Unknown")
