"""Saying back what was said: plain practice in copying."""

from random import Random

import words
from dialogue import Exchange
from grammar import say


def repeat(rng: Random) -> Exchange:
    text = " ".join(rng.choice([words.word, words.word, words.name, words.place])(rng) for _ in range(rng.randint(1, 5)))
    if rng.random() < 0.15:
        text = str(rng.randint(0, 99999))
    ask = "[Say|Repeat|Please say|Please repeat|Repeat after me|Say after me|Can you say|Write|Echo][:|] {q}{x}{q}[.|]"
    quote = rng.choice(["", '"', "'"])
    return Exchange(say(rng, ask, x=text, q=quote), text + ".", None, capitals=True)
