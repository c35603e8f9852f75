"""System prompts that change the answers: a name and persona, capitals, one word, a forbidden subject."""

from dataclasses import dataclass, replace
from random import Random

import words
from dialogue import Exchange
from families.beyond import ASK, TOPICS
from families.small_talk import TALK, WHO
from grammar import article, say, typed
from held_out import ENTITIES

ASK_WHO = next(questions for questions, answers, _ in TALK if answers == [WHO])
GREET = TALK[0][0]

TRAITS = """friendly,grumpy,cheerful,helpful,wise,shy,brave,funny,clever,lazy,kind,polite,old,young,proud,curious,patient,tiny,noisy,calm,
mysterious,honest,strict,gentle,dreamy,lucky,hungry,careful,famous,strange""".replace("\n", "").split(",")
ROLES = words.JOBS + """pirate,robot,wizard,knight,detective,astronaut,ghost,king,queen,elf,dwarf,monster,assistant,butler,bartender,
shopkeeper,explorer,inventor,poet,travel guide,tutor,chess player,museum guide,weather expert,train conductor,space captain,cowboy,
ninja,fairy,giant,troll,mermaid,vampire hunter,zookeeper,beekeeper,candle maker,clown,storyteller,science teacher,math tutor""".replace("\n", "").split(",")
TITLES = ["", "", "", "", "", "", "Captain ", "Doctor ", "Professor ", "Sir ", "Lady ", "Old ", "Uncle ", "Queen "]

CAPITALS = "[Answer|Reply|Respond|Write|Speak|Talk|Always answer|Always reply|Please answer|Only write|Write everything|You answer|You must answer|Give your answers] in [capitals|capital letters|upper case|uppercase|all caps|capital letters only|uppercase letters|only capitals|block capitals][.|]"
ONE_WORD = "[Answer|Reply|Respond|Always answer|Always reply|Please answer|You answer|You must answer|Speak|Answer every question|Give your answers] [in|with|with only|in only|with just|using|using only] [one word|a single word|one single word|exactly one word][.| only.|]"
REFUSE = ["[Do not|Don't|Never|You must not|Please do not|You may not|You should never|You cannot] [talk|speak|answer questions|say anything|give information|chat] about {t}[.|]", "[Refuse|You refuse|Always refuse|Please refuse] to [talk|speak|answer questions|chat] about {t}[.|]", "[If the user asks about|If someone asks about|When asked about] {t}, [refuse|say no|do not answer|you refuse][.| to answer.]",
          "[Never|Do not|Don't|You must not] [mention|discuss] {t}[.|]", "{T} [is|are] a forbidden [topic|subject][.|]", "[Questions about|Talk about] {t} [are|is] not allowed[.|]", "[Avoid|Avoid the topic of|Stay away from] {t}[.|]"]
PLAIN = ["You are a [helpful|friendly|kind|nice|very helpful|smart|small|useful|polite] [assistant|chatbot|AI assistant|bot|helper|AI][.|]", "[Be|Please be|Always be] [helpful|polite|brief|kind|nice|concise|friendly|honest|short and clear][.|]", "[Help the user|Answer the user's questions|Answer the questions|You help people|Answer shortly|Keep your answers short][.|]", "You are Octavo[.|, a very small language model.|, a helpful assistant.]", "You are a helpful assistant. [Be brief|Answer the questions of the user|Be polite|Answer shortly|Be honest]."]
# What a forbidden subject is called, by the subject of the exchange.
SUBJECTS = {"numbers": ["numbers", "maths", "sums", "arithmetic", "calculations"], "animals": ["animals"], "planets": ["planets", "space", "the planets"], "capitals": ["capitals", "geography", "countries", "capital cities"],
            "continents": ["continents", "geography", "countries"], "colours": ["colours", "colors"], "days": ["days and months", "the calendar", "dates"], "words": ["words", "letters", "spelling"], "stories": ["stories", "fairy tales"],
            "science": ["science"], "history": ["history"], "food": ["food"], "opposites": ["opposites", "words"], "money": ["money", "currencies", "countries"], "languages": ["languages", "countries"], "body": ["the body"], "geography": ["geography", "places"]}


@dataclass(frozen=True)
class Rules:
    """What a system prompt asks for."""

    text: str | None = None
    # "I am ...", and the name alone, where a persona is given.
    self: str | None = None
    name: str | None = None
    capitals: bool = False
    one_word: bool = False
    forbidden: str | None = None
    forbidden_subject: str | None = None

    def allows(self, exchange: Exchange) -> bool:
        if self.one_word and exchange.short is None:
            return False
        return exchange.capitals or not self.capitals

    def apply(self, exchange: Exchange) -> Exchange:
        reply = exchange.short if self.one_word and exchange.short else exchange.reply
        if self.forbidden and exchange.subject is not None and self.forbidden in (exchange.subject, *SUBJECTS.get(exchange.subject, [])):
            reply = "Sorry" if self.one_word else f"I am sorry, I cannot talk about {self.forbidden}."
        return replace(exchange, reply=reply.upper() if self.capitals else reply)


def persona(rng: Random) -> tuple[str, str, str]:
    """The prompt, how it introduces itself, and the name."""
    while True:
        name = rng.choice(TITLES) + words.name(rng)
        role = rng.choice([rng.choice(TRAITS) + " ", ""]) + rng.choice(ROLES)
        if rng.random() < 0.2:
            role += " " + say(rng, "[from|of|in] {p}", p=words.place(rng))
        what = article(role)
        if f"{name}, {what}" not in ENTITIES["personas"]:
            break
    luck = rng.random()
    if luck < 0.25:
        prompt = say(rng, "[Your name is|You are|You are called|Call yourself|Your name's|Use the name|Act as|You play] {n}[.|]", n=name)
        return prompt, f"I am {name}.", name
    if luck < 0.35:
        prompt = say(rng, "[You are {w} named {n}|You are {w} called {n}|Play {w} called {n}|Be {w} named {n}][.|]", n=name, w=what)
    else:
        prompt = say(rng, "[You are {n}, {w}|Act as {n}, {w}|You play {n}, {w}|Pretend to be {n}, {w}|Your name is {n}. You are {w}|You are {n}. You are {w}|Your name is {n} and you are {w}|Be {n}, {w}|Your role: {n}, {w}|From now on you are {n}, {w}][.|]", n=name, w=what)
    return prompt, f"I am {name}, {what}.", name


def forbidden(rng: Random) -> tuple[str, str, str | None]:
    """The prompt, how the subject is called there, and the family's subject where it is one."""
    subject = None
    if rng.random() < 0.35:
        subject = rng.choice(list(SUBJECTS))
        called = rng.choice(SUBJECTS[subject])
    else:
        called = rng.choice(TOPICS) if rng.random() < 0.6 else rng.choice([words.word(rng) + "s", rng.choice(words.FOODS), rng.choice(words.HOBBIES), rng.choice(words.ANIMALS) + "s", words.place(rng), words.name(rng), words.made_up(rng)])
        if called in ENTITIES["topics"]:
            return forbidden(rng)
    return say(rng, rng.choice(REFUSE), t=called, T=called[0].upper() + called[1:]), called, subject


def rules(rng: Random) -> Rules:
    if rng.random() < 0.12:
        return Rules(say(rng, rng.choice(PLAIN)))
    parts, fields = [], {}
    kind = rng.choices(["persona", "capitals", "one word", "forbidden"], [22, 30, 30, 18])[0]
    if kind == "persona" or rng.random() < 0.12:
        prompt, fields["self"], fields["name"] = persona(rng)
        parts.append(prompt)
    if kind == "capitals":
        parts.append(say(rng, CAPITALS))
        fields["capitals"] = True
    elif kind == "one word":
        parts.append(say(rng, ONE_WORD))
        fields["one_word"] = True
    elif kind == "forbidden":
        prompt, fields["forbidden"], fields["forbidden_subject"] = forbidden(rng)
        parts.append(prompt)
    if len(parts) == 1 and "name" not in fields and rng.random() < 0.2:
        parts.insert(0, "You are a helpful assistant.")
    if len(parts) == 2 and rng.random() < 0.3:
        parts.reverse()
    return Rules(" ".join(part if part[-1] == "." else part + "." for part in parts[:-1]) + (" " if len(parts) > 1 else "") + parts[-1], **fields)


def obeyed(rng: Random, rule: Rules) -> Exchange | None:
    """An exchange that shows the rule at work; None where any will do."""
    luck = rng.random()
    if rule.name and luck < 0.5:
        if luck < 0.37:
            return Exchange(typed(rng, say(rng, rng.choice(ASK_WHO))), rule.self, rule.name.split()[-1])
        return Exchange(typed(rng, say(rng, rng.choice(GREET)).strip()), f"Hello! I am {rule.name}. How can I help you?", "Hello")
    if rule.forbidden and not rule.forbidden_subject and luck < 0.55:
        ask = rng.choice(ASK + ["[Let's talk|Can we talk|I want to talk|Talk to me|Let us chat] about {t}[.|?]", "[I like|I love|Do you like|I really like|Do you know] {t}[.|?|!]", "[What is|What are|Who likes|Where can I find] {t}?", "{t}[?|]"] * 1)
        return Exchange(typed(rng, say(rng, ask, t=rule.forbidden, u=rng.choice(TOPICS))), f"I am sorry, I cannot talk about {rule.forbidden}.", "Sorry")
    return None
