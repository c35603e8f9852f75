"""Letters: spelled one by one and counted aloud, since pieces of words hide their letters."""

from random import Random

import words
from dialogue import Exchange
from grammar import say, typed

# {word} is the word, quoted or not, with or without "the word" before it.
COUNT = ["How many letters [are in|are there in|has|make up|do I need for|does one need for|are used in|belong to|form|are needed to write] {word}[|, please]?", "How many letters [does|do] {word} [have|contain|consist of|need|take|use]?", "[Count|Please count|Can you count|Could you count|Would you count|Now count|Help me count] [the|all|all the] letters [in|of|from] {word}[.|?|, please.|]",
         "[How long is|What is the length of|What length has|Tell me the length of] {word}[?| in letters?]", "I:how many letters {word} [has|contains|is made of|consists of|needs]", "I:how many letters [are in|are there inside|make up] {word}", "N:the [number|count] of letters [in|of|inside|for] {word}", "N:the letter count of {word}",
         "{word}[: how many letters?|, how many letters?| - count the letters|: letters?|. How many letters are that?| has how many letters in it?]", "[Take|Look at|Here is] {word}. [How many letters|Count its letters|How many letters does it have|How long is it][?|.]", "[Letters|Number of letters|The number of letters|Letter count] [in|of] {word}[?|]"]
SPELL = ["[Spell|Please spell|Can you spell|Could you spell|How do you spell|Spell out|How do I spell|Would you spell|Now spell] {word}[.|?|, please.| for me.]", "[How is] {word} [spelled|spelt|written]?", "[What are|Tell me|List|Say|Name] the letters [of|in] {word}[.|?]", "I:how to spell {word}", "N:the spelling of {word}"]
FIRST = ["[What is|What's|Tell me|Say] the first letter of {word}[?|.]", "[Which|What] letter does {word} [start|begin] with?", "N:the first letter of {word}", "{word} [starts|begins] with which letter?"]
LAST = ["[What is|What's|Tell me|Say] the last letter of {word}[?|.]", "[Which|What] letter does {word} end with?", "N:the last letter of {word}", "{word} ends with which letter?"]


def spelling(rng: Random) -> Exchange:
    word = words.word(rng)
    quote = rng.choice(["", "", "'", '"'])
    it = rng.choice(["", "", "", "the word ", "the word ", "the English word "]) + quote + word + quote
    luck = rng.random()
    if luck < 0.7:
        ask = COUNT
        counted = ", ".join(f"{i} {letter}" for i, letter in enumerate(word, 1))
        reply = f"{counted}: {len(word)} letters."
    elif luck < 0.92:
        ask, reply = SPELL, f"{'-'.join(word)}."
    else:
        ask, which, letter = (FIRST, "first", word[0]) if luck < 0.96 else (LAST, "last", word[-1])
        reply = f"The {which} letter of {word} is {letter}."
    user = say(rng, rng.choice(ask), word=it)
    user = user[0].upper() + user[1:] if it.startswith("the") else user
    return Exchange(typed(rng, user), reply, None, "words", capitals=False)
