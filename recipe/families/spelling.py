"""Letters: spelled one by one and counted aloud, since pieces of words hide their letters."""

from random import Random

import words
from dialogue import Exchange
from grammar import say, typed

COUNT = ["How many letters [are in|are there in|does|has|make up|are in the word|does the word] {q}{x}{q}[ have|]?", "[Count|Please count|Can you count|Could you count|Tell me|Give me] the [letters|number of letters] [in|of|in the word|of the word] {q}{x}{q}[.|?]",
         "[How long is|What is the length of] [the word |]{q}{x}{q}?", "[Tell me|Say|Do you know] how many letters [the word |]{q}{x}{q} has[.|?]"]
SPELL = ["[Spell|Please spell|Can you spell|Could you spell|How do you spell|How is|Spell out] [the word |]{q}{x}{q}[.|?|, please.| for me.]", "[What are|Tell me|List|Say] the letters [of|in] [the word |]{q}{x}{q}[.|?]"]
FIRST = ["[What is|What's|Tell me|Say] the first letter of [the word |]{q}{x}{q}[?|.]", "[Which|What] letter does [the word |]{q}{x}{q} [start|begin] with?"]
LAST = ["[What is|What's|Tell me|Say] the last letter of [the word |]{q}{x}{q}[?|.]", "[Which|What] letter does [the word |]{q}{x}{q} end with?"]


def spelling(rng: Random) -> Exchange:
    word = words.word(rng)
    slots = {"x": word, "q": rng.choice(["", "'", '"'])}
    luck = rng.random()
    if luck < 0.65:
        counted = ", ".join(f"{i} {letter}" for i, letter in enumerate(word, 1))
        return Exchange(typed(rng, say(rng, rng.choice(COUNT), **slots)), f"{counted}: {len(word)} letters.", None, "words", capitals=False)
    if luck < 0.85:
        return Exchange(typed(rng, say(rng, rng.choice(SPELL), **slots)), f"{'-'.join(word)}.", None, "words", capitals=False)
    ask, which, letter = (FIRST, "first", word[0]) if luck < 0.93 else (LAST, "last", word[-1])
    return Exchange(typed(rng, say(rng, rng.choice(ask), **slots)), f"The {which} letter of {word} is {letter}.", None, "words", capitals=False)
