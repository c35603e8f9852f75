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
LIVED = "[small village|green valley|quiet forest|little town|house on a hill|hut by the lake|castle by the river|tree by the road|cave in the mountains|farm near a wood|city far away|little house in the woods|tower by the sea|tent in the desert|boat on the river|mill by the stream]"
OPENING = ["[Once upon a time, there was|Once there lived|There once was|There lived|Once, there was|Many years ago there was|One day there was|Far away there lived|Not long ago there was|In old times there was] {x}.", "[Long ago, |Once, |Once upon a time, ||A long time ago, |One winter, ]in a " + LIVED + "[,|] there [lived|was] {x}.", "{A} was {aK} [who lived in|from] a " + LIVED + ".", "{x} lived in a " + LIVED + ".", "This is the story of {x}."]
A_STORY = "a [short |little |nice |bedtime |funny |small |good |sweet |new |lovely ||||][story|tale|fairy tale|story|story]"
ABOUT = "[about|about|about|with|of|that is about|featuring|on]"
TELL = ["[Tell me|Tell|Write|Write me|Can you tell me|Please tell me|I want|I'd like to hear|Make up|Invent|Give me|Can you write|Would you tell me|Would you write|I want to hear|I'd love to hear|Please invent|Can I have|Could I hear|Let me hear|Tell us|My daughter wants|We want|Think of|Create|Please make up|Come up with|Could you write|Will you tell me|How about|Can you make up|I need|Now tell me|Could you invent] " + A_STORY + " " + ABOUT + " {who}[.|, please.||?|!]", "[A|One|Another] [short |little |]story [about|with] {who}[, please|].", "[Do you know|I want to hear|Have you got|Is there] a story [about|with|of] {who}[?|.]", "[Tell|Write] [something|a few sentences|ten sentences|a little] about {who}[, as a story|, like a fairy tale| in a story].", "{who}: [tell me a story about them|a story, please|write a story with them|make a story of that].", "[Story|Story time|A story, please|Story please]: {who}[.|]", "[Let|Please let] {who} [be in a story|meet in a story|have an adventure in a story][.|, please.]"]
PLAIN = ["[Tell me|Tell|Write|Write me|Can you tell me|Please tell me|I want|I'd like to hear|Make up|Give me|Could you tell me|Would you tell me|Let me hear] a [short |little |nice |bedtime |fairy |funny |][story|tale][.|, please.||?]", "[Story please|Another story, please|A story, please|Do you know a story|Story time|Any stories]."]
CONTINUE = ["[Continue|Go on with|Finish|Complete|Carry on|Please continue|Can you continue|Please finish|Carry on with|Could you continue|Would you finish|Keep going with|Help me finish|Add to|Write the rest of|Tell the rest of|Now continue|Please go on with|Take over|Proceed with|Extend] [this|the|my|our|the following|this little|that] [story|tale|fairy tale|text|story here]: {start}", "[Continue|Go on with|Carry on with|Please continue|Finish] [this tale|the tale|our tale|a story|my little story|what I began|this beginning|the text]: {start}", "[What happens next|How does it go on|How does this story go on|And then|What comes next|What happened next|How does it continue|How does the story end|What happens then|How could this go on]? {start}", "{start} [What happens next|What happened then|Go on|Continue|Please go on|How does it go on|And then|What then|Now you|Your turn|Please continue|Tell me the rest|Tell me more|Continue the story|Now tell the rest|What comes next|How does the story go on|Finish it|Write the rest|Then what happened|Carry on|What did they do|And what happened next|Please tell how it goes on|Please say what happens][?|.|, please.]", "[Here is|This is|I have|I wrote] [the beginning|the start|the first part] of [a|my] story[. Continue it|. Go on|. Finish it|, continue|, please go on]: {start}"]


BOTH = ["[|Once ]{A} and {B} [lived|stayed|slept|played] [in|near|by] a " + LIVED + ".", "{A} [went with|walked with|played with|ran with] {B} [by the sea|in the woods|through the town|over the hills|along the river|all day].",
        "[There were once|Once there were|There lived] two friends[, called|:| named|,] {A} and {B}.", "{x} [had|lived with] a [friend|neighbour|brother|sister] [named|called] {B}."]


def first_capital(text: str) -> str:
    return text[0].upper() + text[1:]


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
    thing = words.thing(rng)
    luck = rng.random()
    given_thing = rng.random() < 0.25
    if luck < 0.1:
        ask, who, a, kind, b, kind_b, given_thing = rng.choice(PLAIN), "", "Pip", "rabbit", "Mia", "mouse", False
    elif luck < 0.22:
        kind = kind or rng.choice(KINDS)
        ask, who, a, b, kind_b = rng.choice(TELL), rng.choice([article(kind), article(kind), kind + "s", "a little " + kind]), "Pip", "Mia", "mouse"
    elif luck < 0.32:
        # Two kinds without names get the usual ones.
        kind, kind_b, a, b = rng.choice(KINDS), rng.choice(KINDS), "Pip", "Mia"
        ask, who = rng.choice(TELL), say(rng, "[{x} and {y}|the {k} and the {l}|{x} who meets {y}|{x} with {y}|{k}s and {l}s]", x=article(kind), y=article(kind_b), k=kind, l=kind_b)
    elif luck < 0.45:
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
    kind, thing = rng.choice(KINDS), words.thing(rng)
    start = say(rng, rng.choice(OPENING), x=f"{article(kind)} {rng.choice(['named', 'called'])} {a}", A=a, aK=article(kind))
    two = rng.random() < 0.6
    start = first_capital(start)
    if two:
        start += say(rng, " [[One day|One evening|Once|Then|In spring|On Sunday|One night|At the market|There], {A} [met|saw|found|came upon|heard of] {B}.|{A} had a friend [called|named] {B}.|{A} lived [with|next to|near] {B}.|{A} and {B} were [friends|neighbours|always together].|{A} had [a brother|a sister|a neighbour|a good friend] [called|named] {B}.|{A} loved {B}.|{A} knew {B} well.]", A=a, B=b)
    else:
        b = "Mia"
    if two and rng.random() < 0.5:
        x = f"{article(kind)} {rng.choice(['named', 'called'])} {a}"
        start = first_capital(say(rng, rng.choice(BOTH), A=a, B=b, x=x))
    if rng.random() < 0.4:
        start += say(rng, " [{A} had {aT}.|{A} loved {aT} very much.|{A} was always looking for {aT}.]", A=a, aT=article(thing))
    ask = rng.choice(CONTINUE)
    begun = [] if two else [f"{a} had a friend, a mouse named Mia."]
    return Exchange(say(rng, ask, start=start), " ".join([*begun, *plot(rng, a, b, thing), END]), None, "stories", capitals=False)
