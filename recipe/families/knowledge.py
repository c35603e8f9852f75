"""Facts that are known, and "I don't know" for things that nobody has heard of."""

from random import Random

from coined import coined, unheld
from dialogue import Exchange
from facts import OPPOSITES, RELATIONS, SINGLE
from grammar import article, say, typed
from words import WORDS

# Proper names and things that take no article before them.
BARE = {"Mars", "Venus", "gold", "iron", "silver", "copper", "oxygen", "hydrogen", "helium", "football", "tennis", "chess", "red", "blue"}
THE = {"Moon", "Sun"}
RELATION_WEIGHTS = {"capital": 10, "capital of": 6, "opposite": 9, "continent": 4, "colour": 4, "units": 6, "kind": 6}


def named(x: str) -> str:
    return x if x in BARE else "the " + x if x in THE else article(x)


def with_articles(text: str) -> str:
    for vowel in "aeio":
        text = text.replace(f" a {vowel}", f" an {vowel}").replace(f"A {vowel}", f"An {vowel}")
    return text


def some(rng: Random, ways: list[str]) -> str:
    """One of the ways to ask; those that are many in one come more often."""
    return rng.choices(ways, [2 + way.count("|") + 8 * (way[1] == ":") for way in ways])[0]


def first_capital(text: str) -> str:
    return text[0].upper() + text[1:]


def fact(rng: Random) -> Exchange:
    if rng.random() < 0.3:
        ask, reply, short, subject = rng.choice(SINGLE)
        return Exchange(typed(rng, first_capital(say(rng, rng.choice(ask))), shout=True), reply, short, subject)
    key = rng.choices(list(RELATIONS), [RELATION_WEIGHTS.get(key, 2) for key in RELATIONS])[0]
    relation = RELATIONS[key]
    x, y = rng.choice(list(relation.pairs.items()))
    if relation.pairs is OPPOSITES and rng.random() < 0.3:
        # Most opposites go both ways; where the table says otherwise, it wins.
        x, y = (y, OPPOSITES.get(y, x))
    return asked(rng, key, x, y)


WELL_KNOWN = {
    "capital": "France,Germany,Italy,Spain,England,Greece,Russia,Norway,Sweden,Poland,Egypt,China,Japan,India,Brazil,Canada,the United States,Mexico,Turkey,Ireland",
    "opposite": "hot,big,up,left,day,happy,fast,good,old,open,light,high,long,wet,hard,rich,early,full,black,yes",
    "sound": "cow,dog,cat,sheep,duck,pig,lion,bee", "baby": "dog,cat,cow,sheep,horse,pig", "legs": "dog,cat,spider,ant,bird,cow",
    "colour": "banana,lemon,sky,grass,tomato,snow,coal,carrot", "kind": "rose,apple,carrot,piano,hammer,car,dog,eagle,shark,bee,oak,gold",
    "continent": "France,Germany,Italy,Spain,Japan,China,Egypt,Kenya,Brazil,Canada",
}


def well_known(rng: Random) -> Exchange:
    """One of a hundred facts, for answers in a form that each has to be learnt in."""
    key = rng.choices(list(WELL_KNOWN), [6, 5, 2, 2, 1, 3, 3, 2])[0]
    x = rng.choice(WELL_KNOWN[key].split(","))
    return asked(rng, key, x, RELATIONS[key].pairs[x])


def asked(rng: Random, key: str, x: str, y: str) -> Exchange:
    relation = RELATIONS[key]
    u, _, v = x.partition(" ")
    slots = {"x": x, "X": first_capital(x), "y": y, "q": rng.choice(["", "", "'", '"']), "u": u, "v": v, "a": named(x), "A": first_capital(named(x))}
    user = first_capital(with_articles(say(rng, some(rng, relation.ask), **slots)))
    reply = with_articles(first_capital(say(rng, relation.answer, **slots)))
    if key == "colour":
        reply = reply.replace("of the blood", "of blood")
    short = first_capital(say(rng, relation.short, **slots)).removeprefix("The ").split(" ")[-1 if key == "kind" else 0]
    if " " in say(rng, relation.short, **slots) and key != "kind":
        short = first_capital(say(rng, relation.short, **slots))
    return Exchange(typed(rng, user, shout=True), reply, short, relation.subject)


def follow_up(rng: Random) -> list[Exchange]:
    """A question of the table, and "and Germany?" after it."""
    key = rng.choice(["capital", "capital", "opposite", "continent", "language", "sound", "baby", "colour", "legs"])
    (x, y), *others = rng.sample(list(RELATIONS[key].pairs.items()), rng.choice([2, 2, 3]))
    exchanges = [asked(rng, key, x, y)]
    for x, y in others:
        full = asked(rng, key, x, y)
        thing = x if key in ("capital", "continent", "language", "opposite") else rng.choice([article(x), "the " + x])
        ask = say(rng, "[And|What about|And what about|How about|And for|Now|And the same for|Okay, and] {x}?", x=thing)
        exchanges.append(Exchange(typed(rng, ask), full.reply, full.short, full.subject))
    return exchanges


# Real, but not in the tables.
UNTAUGHT = """Mongolia,Paraguay,Laos,Zambia,Botswana,Fiji,Samoa,Armenia,Georgia,Panama,Honduras,Haiti,Mali,Chad,Niger,Angola,Yemen,Oman,
Qatar,Bhutan,Cambodia,Luxembourg,Moldova,Belarus,Cyprus,Namibia,Rwanda,Gabon,Togo,Benin,Texas,California,Bavaria,Tuscany""".replace("\n", "").split(",")


def unheard_of(rng: Random) -> Exchange:
    """A question about a thing that does not exist."""
    key = rng.choice([*(key for key, relation in RELATIONS.items() if relation.unknown), "capital", "continent", "language", "capital"])
    if rng.random() < 0.15:
        key = rng.choice(["capital", "language", "currency"])
        thing = rng.choice(UNTAUGHT)
    elif key in ("capital", "continent", "language", "currency"):
        thing = unheld(rng, lambda: coined(rng).capitalize() + rng.choice(["", "", "", "land", "ia", "stan", "a", "onia", "ova", "ovia", "hold", "mark", "istan"]))
    else:
        thing = unheld(rng, lambda: creature(rng))
    relation = RELATIONS[key]
    slots = {"x": thing, "q": rng.choice(["", "'", '"']), "a": article(thing)}
    return Exchange(typed(rng, first_capital(with_articles(say(rng, some(rng, relation.ask), **slots))), lower=False), say(rng, "I don't know. I have never heard of {x}.", **slots), "Unknown", relation.subject, capitals=False)


WHAT_IS = ["[Who is|Who was|Have you heard of|Do you know|Tell me about|When was|What do you know about|What can you tell me about] {x}?", "[Who is|Who was|When did] [King|Queen|Doctor|President|Lord] {x}[| die| live]?",
           "[What is|Have you heard of|Tell me about|Explain|What do you know of] the {x} [war|river|mountain|theorem|festival|dance|city|sea|treaty][?|.]", "[Where is|How far is|How big is|Where can I find] [the city of |Lake |Mount |]{x}?",
           "[Tell me|Say|What can you say|What do people know|Can you say something|Tell me something|Have you any facts] about [the|a|an] [animal|creature|plant|country|city|bird|fish|person|thing|beast|planet] [called|named|with the name|by the name of] {x}[?|.|, please.]", "[Do you know|Have you heard of|Have you ever seen|Have you met|Is there|Describe] [the|a|an] [animal|creature|plant|country|city|bird|fish|person|place|beast] [called|named] {x}[?|.]", "[What|Which] [animal|plant|creature|place|country|bird|kind of animal] is {x}?", "{x}[:|,] what is that?", "I:[what|who] {x} is", "I:what [a|the] {x} is[| good for]"]


def who_is(rng: Random) -> Exchange:
    """A person, a place, an animal that nobody knows, asked for in general."""
    thing = unheard_thing(rng)
    return Exchange(typed(rng, say(rng, rng.choice(WHAT_IS), x=thing), lower=False), f"I don't know. I have never heard of {thing}.", "Unknown", capitals=False)


def unheard_thing(rng: Random) -> str:
    return unheld(rng, lambda: coined(rng).capitalize() if rng.random() < 0.5 else creature(rng))


def creature(rng: Random) -> str:
    """Some beast or plant that does not exist: of one word or two, whole or half made up."""
    first = coined(rng) if rng.random() < 0.65 else rng.choice(WORDS)
    last = rng.choice([" bird", " fish", " bear", "saur", "fox", "cat", " monkey", " plant", "ling", "crab", "bird", "fish", " hen", " dog", "mouse", "bug", " tree", "berry", " snake", "beast", "worm"])
    return first + last if first in WORDS or rng.random() < 0.5 else first
