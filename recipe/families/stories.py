"""Short stories about the characters that were asked for, and the rest of stories that were begun."""

from random import Random

import words
from dialogue import Exchange
from grammar import article, say, typed

# {A} and {B} are the names, {T} a thing. Ten to twelve sentences with the opening.
PLOTS = [
    ["One [sunny|bright|cold] morning, {A} could not find the {T}.", "{A} looked under the bed, but the {T} was not there.", "Then {A} asked {B} for help.", "\"Do not worry,\" said {B}, \"we will find it together.\"",
     "{A} and {B} looked in the [garden|kitchen|barn] and by the [river|old tree|pond].", "At last {B} saw something [shiny|small|strange] in the grass.", "It was the {T}!", "{A} was so happy that {A} gave {B} a big hug.", "From that day on, {A} and {B} were best friends."],
    ["One day, {A} found {aT} in the [forest|garden|hills].", "\"What a lovely {T},\" said {A}.", "{A} took it home and showed it to {B}.", "{B} said, \"Someone must be missing it.\"", "So {A} and {B} walked from house to house and asked everyone.",
     "In the last house lived an old [woman|man|owl] who had lost {aT}.", "\"Thank you, {A}! Thank you, {B}!\" said the old one.", "As a present, they got a warm cake with [honey|berries|nuts].", "{A} and {B} ate it under the stars and felt very proud."],
    ["One [dark|windy|stormy] evening, there was a big storm.", "{A} heard a knock at the door.", "It was {B}, cold and wet.", "\"Please come in,\" said {A}.", "{A} made a fire and a cup of hot tea.", "Then {A} gave {B} {aT} to play with.", "They laughed and told each other stories all night.",
     "In the morning the [sun|sky] was bright again.", "\"Thank you, {A},\" said {B}, \"you are a true friend.\"", "And they stayed friends for ever."],
    ["{A} and {B} wanted to win the big [race|contest] in the village.", "The prize was {aT}.", "Every day {A} and {B} trained very hard.", "On the day of the race, {A} ran faster than ever.", "But then {B} fell and hurt a foot.", "{A} stopped, although the end was near.", "\"A friend is better than a prize,\" said {A}.",
     "{A} helped {B} to walk to the end, and they came last.", "All the people clapped, and both of them got the {T}.", "That night {A} and {B} slept very well."],
    ["One day, {A} and {B} went to the [sea|lake|mountains].", "They had {aT} with them.", "\"Let us go on an adventure,\" said {B}.", "They walked for a long time, until they saw a small [cave|island|castle].", "Inside it was dark, and {A} was a little afraid.", "\"Take my hand,\" said {B}.",
     "Deep inside, they found a [box|chest] full of old [books|toys|coins].", "{A} and {B} shared everything with their friends.", "In the evening they went home, tired and happy.", "They never forgot that day."],
]
END = "The end."
KINDS = words.ANIMALS + "boy,girl,robot,wizard,princess,knight,farmer,king,witch,giant,fairy,pirate,baker,teacher,prince,queen,monster,ghost,elf".split(",")
OPENING = ["Once upon a time, there was {x}.", "Once there lived {x}.", "Long ago, in a [small village|green valley|quiet forest|little town], there lived {x}.", "{A} was {aK} who lived in a [small village|green valley|quiet forest|little town]."]
TELL = ["[Tell me|Tell|Write|Write me|Can you tell me|Please tell me|I want|I'd like to hear|Make up|Invent|Give me] a [short |little |nice |bedtime |]story about {who}[.|, please.||?]", "[A|One] [short |]story about {who}[, please|].", "[Do you know|I want to hear] a story [about|with] {who}[?|.]"]
PLAIN = ["[Tell me|Tell|Write|Write me|Can you tell me|Please tell me|I want|I'd like to hear|Make up|Give me] a [short |little |nice |bedtime |fairy |]story[.|, please.||?]", "[Story please|Another story, please|A story, please|Do you know a story]."]
CONTINUE = ["[Continue|Go on with|Finish|Complete|Carry on|Please continue|Can you continue|Please finish] [this|the|my] story: {start}", "[What happens next|How does it go on|How does this story go on|And then]? {start}", "{start} [What happens next|What happened then|Go on|Continue|Please go on|How does it go on][?|.]"]


def spoken(rng: Random, name: str, kind: str | None) -> str:
    if kind is None:
        return name
    return say(rng, "[{k} named {n}|{k} called {n}|{n} the {p}|{n}, {k}]", k=article(kind), p=kind, n=name)


def plot(rng: Random, a: str, b: str, thing: str) -> list[str]:
    return [say(rng, sentence, A=a, B=b, T=thing, aT=article(thing)) for sentence in rng.choice(PLOTS)]


def story(rng: Random) -> Exchange:
    a, b = words.name(rng), words.name(rng)
    kind = rng.choice(KINDS) if rng.random() < 0.75 else None
    kind_b = rng.choice(KINDS) if rng.random() < 0.7 else None
    thing = rng.choice(words.THINGS)
    luck = rng.random()
    given_thing = rng.random() < 0.25
    if luck < 0.1:
        ask, who, a, kind, b, kind_b, given_thing = rng.choice(PLAIN), "", "Pip", "rabbit", "Mia", "mouse", False
    elif luck < 0.22:
        kind = kind or rng.choice(KINDS)
        ask, who, a, b, kind_b = rng.choice(TELL), rng.choice([article(kind), article(kind), kind + "s", "a little " + kind]), "Pip", "Mia", "mouse"
    elif luck < 0.42:
        ask, who, b, kind_b = rng.choice(TELL), spoken(rng, a, kind), "Mia", "mouse"
    else:
        ask, who = rng.choice(TELL), spoken(rng, a, kind) + " and " + spoken(rng, b, kind_b)
    if given_thing:
        who += rng.choice([" and ", " with ", " who find ", " and the lost "]) + article(thing)
        who = who.replace("lost a ", "lost ").replace("lost an ", "lost ")
    first = say(rng, "[Once upon a time, there was|Once upon a time, there was|Long ago, there lived] {x}.", x=f"{article(kind)} named {a}" if kind else f"someone named {a}")
    second = f"{a} had a friend, {article(kind_b)} named {b}." if kind_b else f"{a} had a friend named {b}."
    sentences = [first, second, *plot(rng, a, b, thing), END]
    return Exchange(typed(rng, say(rng, ask, who=who), lower=False), " ".join(sentences), None, "stories", capitals=False)


def continuation(rng: Random) -> Exchange:
    a, b = words.name(rng), words.name(rng)
    kind, thing = rng.choice(KINDS), rng.choice(words.THINGS)
    start = say(rng, rng.choice(OPENING), x=f"{article(kind)} {rng.choice(['named', 'called'])} {a}", A=a, aK=article(kind))
    two = rng.random() < 0.6
    if two:
        start += say(rng, " [One day, {A} met {B}.|{A} had a friend called {B}.|{A} lived with {B}.|{A} and {B} were friends.]", A=a, B=b)
    else:
        b = "Mia"
    if rng.random() < 0.5:
        start += say(rng, " [{A} had {aT}.|{A} loved {aT} very much.|{A} was always looking for {aT}.]", A=a, aT=article(thing))
    ask = rng.choice(CONTINUE)
    begun = [] if two else [f"{a} had a friend, a mouse named Mia."]
    return Exchange(say(rng, ask, start=start), " ".join([*begun, *plot(rng, a, b, thing), END]), None, "stories", capitals=False)
