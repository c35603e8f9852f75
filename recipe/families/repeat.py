"""Saying back what was said, and looking up what was said: plain practice in copying, on which much else rests."""

from random import Random

import words
from coined import VOCABULARY, coined
from dialogue import Exchange
from grammar import article, listed, say

SAY = ["[Say|Repeat|Please say|Please repeat|Repeat after me|Say after me|Can you say|Write|Echo|Copy|Copy this|Say this|Read this aloud|Type|Say exactly][:|] {q}{x}{q}[.|]"]


def piece(rng: Random) -> str:
    luck = rng.random()
    if luck < 0.25:
        return coined(rng)
    if luck < 0.45:
        return coined(rng).capitalize()
    if luck < 0.75:
        return rng.choice([str, str, str, str.upper, str.capitalize])(rng.choice(VOCABULARY))
    if luck < 0.82:
        return rng.choice(words.WORDS)
    return rng.choice([words.name, words.place, words.job, words.food, lambda r: str(r.randint(0, 9999)), lambda r: coined(r) + "_" + r.choice(words.WORDS),
                       lambda r: r.choice(words.WORDS) + coined(r).capitalize(), lambda r: r.choice(words.WORDS).upper()])(rng)


def repeat(rng: Random) -> Exchange:
    count = rng.choice([1, 1, 2, 3, 4, 6, 8, 12, 20])
    join = rng.choice([" ", " ", ", "])
    text = join.join(piece(rng) for _ in range(count))
    if rng.random() < 0.08:
        text = str(rng.randint(0, 99999))
    return Exchange(say(rng, rng.choice(SAY), x=text, q=rng.choice(["", '"', "'"])), text + ".", None, capitals=count < 4)


# How a pair is told, how it is asked for, what is answered.
PAIRS: list[tuple[list[str], list[str], str]] = [
    (["The code of {k} is {v}.", "{k} has the code {v}.", "{k}: {v}."], ["[What is|What's|Tell me|Give me] the code of {k}[?|.]", "[Which|What] code does {k} have?", "And {k}?"], "The code of {k} is {v}."),
    (["{k} lives in {v}.", "{k} has a house in {v}.", "The home of {k} is {v}."], ["Where does {k} live?", "In [which|what] place does {k} live?", "[Tell me|Do you know] where {k} lives[.|?]"], "{k} lives in {v}."),
    (["{k} likes {v}.", "{k} is fond of {v}.", "What {k} likes is {v}."], ["What does {k} like?", "[Tell me|Do you know] what {k} likes[.|?]"], "{k} likes {v}."),
    (["{k} is {v} years old.", "{k} is {v}.", "The age of {k} is {v}."], ["How old is {k}?", "What is the age of {k}?", "[Tell me|Do you know] how old {k} is[.|?]"], "{k} is {v} years old."),
    (["{k} works as {av}.", "{k} is {av}.", "The job of {k} is {v}."], ["What does {k} work as?", "[What is|Tell me] the job of {k}[?|.]"], "{k} works as {av}."),
    (["{k} has {av} called {w}.", "The {v} of {k} is called {w}."], ["What is the {v} of {k} called?", "[Tell me|What is] the name of {k}'s {v}[.|?]"], "The {v} of {k} is called {w}."),
]


def lookup(rng: Random) -> list[Exchange]:
    """Some lines about made-up people and things, and questions about one after the other."""
    tell, ask, answer = kind = rng.choice(PAIRS)
    at = PAIRS.index(kind)
    value = [piece, words.place, rng.choice([words.food, words.hobby, piece]), lambda r: str(words.age(r)), words.job, words.animal][at]
    keys = list({(words.name if at else piece)(rng): None for _ in range(rng.randint(1, 6))})
    table = {k: {"k": k, "v": (v := value(rng)), "av": article(v), "w": words.name(rng)} for k in keys}
    told = rng.choice([" ", "\n", " "]).join(say(rng, rng.choice(tell), **slots) for slots in table.values())
    asked = rng.sample(keys, min(len(keys), rng.choice([1, 2, 3])))
    first = say(rng, rng.choice(ask[:-1] or ask), **table[asked[0]])
    exchanges = [Exchange(f"{told} {first}" if rng.random() < 0.8 else f"{first} {told}", say(rng, answer, **table[asked[0]]), None)]
    for k in asked[1:]:
        exchanges.append(Exchange(say(rng, rng.choice(ask), **table[k]), say(rng, answer, **table[k]), None))
    if len(keys) > 1 and at == 0 and rng.random() < 0.2:
        exchanges.append(Exchange(rng.choice(["Name them all.", "List all of them.", "Who and what was that?"]), listed(keys) + ".", None))
    return exchanges
