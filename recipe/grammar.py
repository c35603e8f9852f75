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


def typed(rng: Random, text: str, lower: bool = True) -> str:
    """As people type: now and then without the last mark, in lower case, or with an abbreviation."""
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
