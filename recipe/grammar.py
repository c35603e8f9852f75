"""A sentence from a pattern: "[Hi|Hello][ there|], {name}!" chooses in brackets and fills in braces."""

import re
from random import Random

CHOICE = re.compile(r"\[([^\[\]]*)\]")


def say(rng: Random, pattern: str, **slots: object) -> str:
    while found := CHOICE.search(pattern):
        pattern = pattern[: found.start()] + rng.choice(found[1].split("|")) + pattern[found.end() :]
    for name, value in slots.items():
        pattern = pattern.replace("{" + name + "}", str(value))
    return pattern


def article(noun: str) -> str:
    return ("an " if noun[0].lower() in "aeiou" else "a ") + noun


def listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


BEFORE = ["Hey, ", "So, ", "Okay, ", "Well, ", "Sorry, ", "And ", "Hi! ", "Hello! ", "Oh, ", "Now, ", "Octavo, ", "Hmm, ", "Please help me. ", "One more thing: ", "I have a question. ", "Quick one: ", "Then ", "My friend, "]
AFTER = [", please", " again", " today", " now", " then", ", my friend", ", little bot", ", friend", " for me", " right now", " this evening", " by any chance", ", Octavo", " too", " these days", " there", ", my dear", " at all", ", if you can"]


def around(rng: Random, text: str) -> str:
    """The same with words before or after it that change nothing."""
    if rng.random() < 0.5 and len(text) > 1:
        before = rng.choice(BEFORE)
        text = before + (text if before[-2] in "!.:" or text[:2] in ("I ", "I'") or text[0].isupper() and text[1].isupper() else text[0].lower() + text[1:])
    if rng.random() < 0.6:
        words, mark = (text[:-1], text[-1]) if text[-1] in ".?!" else (text, "")
        text = words + rng.choice(AFTER) + mark
    return text


def typed(rng: Random, text: str, lower: bool = True) -> str:
    """As people type: now and then without the last mark, in lower case, or with an abbreviation."""
    if rng.random() < 0.3:
        text = around(rng, text)
    luck = rng.random()
    if luck < 0.12 and text[-1] in ".?!":
        text = text[:-1]
    if luck < 0.08 or 0.12 < luck < 0.16:
        text = text.lower() if lower else text[0].lower() + text[1:]
    if luck < 0.04:
        text = text.replace("hat is", "hats").replace("hat's", "hats").replace("I'm", "im").replace("'", "")
    if 0.16 < luck < 0.18:
        text = text[:-1] + rng.choice(["!!", "??", " :)", "...", "?!"])
    return text
