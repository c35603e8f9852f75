"""A sentence from a pattern: "[Hi|Hello][ there|], {name}!" chooses in brackets and fills in braces.

A pattern that begins with "N:" is a thing asked for, with "I:" a question inside a sentence ("what it is"); both get one
of many ways to ask around them."""

import re
from random import Random

CHOICE = re.compile(r"\[([^\[\]]*)\]")

THING = [
    "[Tell me|Name|Give me|Say|State|Please name|Please tell me|Please give me|Please say|Could you name|Could you tell me|Could you give me|Can you name|Can you give me|Can you tell me|Would you tell me|Would you name|Will you tell me|Just tell me|Just say|Kindly name|Now tell me|Quickly name|Name me|Write] {it}[.|?|, please.|, please?||, would you?|, if you can.| for me.|, thanks.]",
    "[I'd like to know|I want to know|I need to know|I would like to know|I'd love to know|I want|I need|I'd like|I am looking for|I forgot|I forget|I can't remember|I cannot recall|I don't know|I never remember|I was wondering about|I have to know|I must know|I wonder about|We need|My son asks for|My teacher wants|They asked me for] {it}[.|, please.|, can you help?|, help!||. Do you know?]",
    "[What is|What's|So what is|And what is|What again is|What was|What might be|What could be|Which is|What exactly is|Well, what is|Okay, what is] {it}[?|, please?||, again?|, do you know?| then?]",
    "[Do you know|Do you remember|Have you any idea of|Any idea about|Do you happen to know|You know|Don't you know|Can you recall|Are you sure of|Can I have|May I know|May I ask for|Could I have|Could I get|How about|Let me know|Let me hear|Remind me of|Would you know] {it}[?||, please?|, by chance?]",
    "{It}[?||, please|, please?|, please.| is what?| - do you know it?|, quick!|: what is it?|, what is it?]",
]
INSIDE = [
    "[Tell me|Can you tell me|Could you tell me|Would you tell me|Will you tell me|Please tell me|Can you say|Could you say|Please say|Say|Just tell me|Now tell me|Let me know|Remind me|Help me remember|Explain|Can you explain|Could you explain|Would you please say|Be so kind and tell me|Go on, tell me] {it}[.|?|, please.|, please?||, would you?|, thanks.]",
    "[I'd like to know|I want to know|I need to know|I would like to know|I'd love to know|I wonder|I was wondering|I can't remember|I cannot recall|I don't know|I forgot|I forget|I never know|I have to know|I must know|I'm curious|I have no idea|I ask myself|My son asks|My teacher asks|People ask me|We want to know] {it}[.||, please.|. Do you know?|. Can you help?]",
    "[Do you know|Do you remember|Have you any idea|Any idea|Do you happen to know|Would you know|Can you remember|Could you remind me|Don't you know|You know|Are you able to say|May I ask|Might you know|Is it known] {it}[?||, please?|, by chance?]",
]


def say(rng: Random, pattern: str, **slots: object) -> str:
    if pattern[:2] in ("N:", "I:"):
        it = choose(rng, pattern[2:])
        pattern = rng.choice(THING if pattern[0] == "N" else INSIDE).replace("{it}", it)
        pattern = pattern.replace("{It}", it if it[0] == "{" else it[0].upper() + it[1:])
    pattern = choose(rng, pattern)
    for name, value in slots.items():
        pattern = pattern.replace("{" + name + "}", str(value))
    return pattern


def choose(rng: Random, pattern: str) -> str:
    while found := CHOICE.search(pattern):
        pattern = pattern[: found.start()] + rng.choice(found[1].split("|")) + pattern[found.end() :]
    return pattern


def article(noun: str) -> str:
    return ("an " if noun[0].lower() in "aeiou" else "a ") + noun


def listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


BEFORE = ["Hey, ", "So, ", "Okay, ", "Well, ", "Sorry, ", "And ", "Hi! ", "Hello! ", "Oh, ", "Now, ", "Octavo, ", "Hmm, ", "Please help me. ", "One more thing: ", "I have a question. ", "Quick one: ", "Then ", "My friend, ",
          "Excuse me, ", "Please, ", "Just curious: ", "A question: ", "Next question: ", "Alright, ", "Good. ", "Ok. ", "Thanks! ", "Listen, ", "Actually, ", "Be honest: ", "Riddle: ", "Quiz time! ", "Look, ", "By the way, ", "Hi Octavo, ", "Dear Octavo, ", "Okay then: ", "Next: ", "Wait, ", "Tell me: "]
AFTER = [", please", " again", " today", " now", " then", ", my friend", ", little bot", ", friend", " for me", " right now", " this evening", " by any chance", ", Octavo", " too", " these days", " there", ", my dear", " at all", ", if you can",
         ", thanks", ", dear model", ", buddy", " exactly", " actually", ", I wonder", ", small one", ", please and thank you", " tonight", " this morning", ", would you", ", mate", ", I forgot", " for us", ", clever machine"]
ASKED = re.compile(r"(Who|What|Which|Where|When|How|In which|In what|At what|On what|On which) ")
# As people spell in a hurry.
HURRIED = {"you": "u", "are": "r", "please": "pls", "thanks": "thx", "Thanks": "thx", "your": "ur", "what": "wat", "What": "Wat", "the": "teh", "okay": "ok", "Okay": "k", "capital": "captial", "which": "wich", "Which": "Wich", "tell": "tel",
           "letters": "leters", "opposite": "oposite", "story": "stroy", "can": "cna", "about": "abuot", "remember": "rember", "bigger": "biger", "have": "hav", "Hello": "Helo", "How": "Hw", "how": "hw", "great": "gr8", "weather": "wether"}


def lowered(text: str) -> str:
    """The text as it goes on after some words."""
    if text[:2] in ("I ", "I'") or (len(text) > 1 and text[1].isupper()):
        return text
    return text[0].lower() + text[1:]


def around(rng: Random, text: str) -> str:
    """The same with words before or after it that change nothing."""
    if ASKED.match(text) and rng.random() < 0.2:
        return say(rng, rng.choice(INSIDE), it="{it}").replace("{it}", lowered(text.rstrip("?")))
    if rng.random() < 0.5 and len(text) > 1:
        before = rng.choice(BEFORE)
        text = before + (text if before[-2] in "!.:" else lowered(text))
    if rng.random() < 0.6:
        words, mark = (text[:-1], text[-1]) if text[-1] in ".?!" else (text, "")
        text = words + rng.choice(AFTER) + mark
    return text


def hurried(rng: Random, text: str) -> str:
    words = text.split(" ")
    for i, word in enumerate(words):
        if word in HURRIED and rng.random() < 0.7:
            words[i] = HURRIED[word]
    return " ".join(words)


def typed(rng: Random, text: str, lower: bool = True, shout: bool = False) -> str:
    """As people type: now and then without the last mark, in lower case, in capitals, in a hurry."""
    if rng.random() < 0.3:
        text = around(rng, text)
    luck = rng.random()
    if luck < 0.15 and text[-1] in ".?!":
        text = text[:-1]
    if luck < 0.08 or 0.15 < luck < 0.2:
        text = text.lower() if lower else text[0].lower() + text[1:]
    if luck < 0.04:
        text = text.replace("hat is", "hats").replace("hat's", "hats").replace("I'm", "im").replace("'", "")
    if 0.2 < luck < 0.22:
        text = text.rstrip(".?!") + rng.choice(["!!", "??", " :)", "...", "?!"])
    if 0.17 < luck < 0.24:
        text = hurried(rng, text)
    if shout and luck > 0.975:
        text = text.upper()
    return text
