"""Whole conversations: exchanges of the families in a row, under a system prompt or with tools."""

from random import Random

from dialogue import Conversation, Exchange
from families import memory
from families.beyond import beyond
from families.calendar import calendar
from families.extraction import extraction
from families.knowledge import fact, follow_up, unheard_of, well_known, who_is
from families.numbers import compare, sort, sum_
from families.repeat import lookup, repeat
from families.small_talk import small_talk
from families.spelling import spelling
from families.stories import continuation, story
from families.system import Rules, obeyed, rules
from families.tools import Toolbox
from grammar import say
from held_out_wordings import held_out

FAMILIES = {small_talk: 36, sum_: 28, compare: 26, sort: 55, spelling: 55, calendar: 32, fact: 38, unheard_of: 20, who_is: 3, beyond: 13,
            memory.at_once: 3, story: 2.2, continuation: 3.2, extraction: 20, repeat: 24}
# Under a system prompt the long ones are rarer.
UNDER_RULES = {small_talk: 20, sum_: 3, compare: 4, sort: 2, spelling: 1, calendar: 8, well_known: 30, fact: 18, unheard_of: 3, beyond: 8, story: 0.3}
# Capitals are other tokens: a fact has to be learnt again in them.
IN_CAPITALS = {small_talk: 30, calendar: 15, well_known: 45, fact: 4, beyond: 6}


def one_of(rng: Random, families: dict) -> Exchange:
    return rng.choices(list(families), list(families.values()))[0](rng)


def conversation(rng: Random) -> Conversation:
    """One in which no wording of the evaluation occurs."""
    while True:
        made = any_conversation(rng)
        if not any(held_out(message["content"]) for message in made.messages if message["role"] in ("user", "system")):
            return made


def any_conversation(rng: Random) -> Conversation:
    luck = rng.random()
    if luck < 0.19:
        return with_tools(rng)
    if luck < 0.48:
        return under_rules(rng)
    if luck < 0.53:
        return Conversation(messages(lookup(rng)))
    return plain(rng)


def messages(exchanges: list[Exchange], system: str | None = None) -> list[dict]:
    said = [{"role": "system", "content": system}] if system else []
    for exchange in exchanges:
        said += [{"role": "user", "content": exchange.user}, {"role": "assistant", "content": exchange.reply}]
    return said


def plain(rng: Random) -> Conversation:
    count = rng.choice([1, 1, 1, 2, 2, 3, 4, 5]) if rng.random() > 0.03 else rng.randint(7, 14)
    exchanges = [one_of(rng, FAMILIES) for _ in range(count)]
    if rng.random() < 0.07:
        exchanges += follow_up(rng)
    return Conversation(messages(remembering(rng, exchanges) if rng.random() < 0.5 else exchanges))


def remembering(rng: Random, exchanges: list[Exchange], up_to: int = 2) -> list[Exchange]:
    """Puts in facts that are told, and asked for up to four turns later; now and then one that never was told."""
    told: set[str] = set()
    for _ in range(rng.randint(1, up_to)):
        kind = memory.pick(rng)
        if kind in told:
            continue
        told.add(kind)
        tell, ask = memory.told_and_asked(rng, kind)
        at = rng.randint(0, len(exchanges))
        exchanges.insert(at, tell)
        exchanges.insert(rng.randint(at + 1, min(len(exchanges), at + 5)), ask)
    if rng.random() < 0.25 and (unknown := memory.never_told(rng, told)):
        exchanges.insert(rng.randint(0, len(exchanges)), unknown)
    return exchanges


JSON_ONLY = "[You answer in JSON|Answer only with JSON|Reply with JSON only|Output JSON|You turn sentences into JSON|Return nothing but JSON|Only JSON, no other text|Respond with a JSON object|Always answer with a JSON object|You are a JSON writer][.|!|]"


def under_rules(rng: Random) -> Conversation:
    if rng.random() < 0.04:
        return Conversation(messages([extraction(rng) for _ in range(rng.choice([1, 1, 2]))], say(rng, JSON_ONLY)))
    rule = rules(rng)
    exchanges = [ruled(rng, rule) for _ in range(rng.choice([1, 1, 2, 2, 3]))]
    if not rule.capitals and rng.random() < 0.2:
        exchanges = [x if x in exchanges else rule.apply(x) for x in remembering(rng, exchanges.copy(), 1)]
    return Conversation(messages(exchanges, rule.text))


def ruled(rng: Random, rule: Rules) -> Exchange:
    if shown := obeyed(rng, rule):
        return rule.apply(shown)
    while True:
        exchange = one_of(rng, IN_CAPITALS if rule.capitals else UNDER_RULES)
        if rule.forbidden_subject and rng.random() < 0.5 and exchange.subject != rule.forbidden_subject:
            continue
        # A persona changes who is speaking and how it greets, which obeyed() has shown.
        if rule.name and ("Octavo" in exchange.reply or exchange.reply == "Hello! How can I help you?"):
            continue
        if rule.allows(exchange):
            return rule.apply(exchange)


def with_tools(rng: Random) -> Conversation:
    box = Toolbox(rng)
    said = [{"role": "system", "content": "You are a helpful assistant."}] if rng.random() < 0.25 else []
    for _ in range(rng.choice([1, 1, 1, 2])):
        if rng.random() < 0.2:
            said += messages([small_talk(rng) if rng.random() < 0.6 else fact(rng)])
        elif rng.random() < 0.1 and (exchange := box.missing(rng)):
            said += messages([exchange])
        else:
            said += box.turns(rng)
    return Conversation(said, box.tools)
