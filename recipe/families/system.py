"""System prompts that change the answers: a name and persona, capitals, one word, a forbidden subject."""

from dataclasses import dataclass, replace
from random import Random

import words
from coined import coined
from dialogue import Exchange
from families.beyond import ASK, TOPICS
from families.small_talk import TALK, WHO
from grammar import article, say, typed
from held_out import ENTITIES

ASK_WHO = next(questions for questions, answers, *_ in TALK if answers == [WHO])
GREET = TALK[0][0]

TRAITS = """friendly,grumpy,cheerful,helpful,wise,shy,brave,funny,clever,lazy,kind,polite,old,young,proud,curious,patient,tiny,noisy,calm,
mysterious,honest,strict,gentle,dreamy,lucky,hungry,careful,famous,strange""".replace("\n", "").split(",")
ROLES = """pirate,robot,wizard,knight,detective,astronaut,ghost,king,queen,elf,dwarf,monster,assistant,butler,bartender,
shopkeeper,explorer,inventor,poet,travel guide,tutor,chess player,museum guide,weather expert,train conductor,space captain,cowboy,
ninja,fairy,giant,troll,mermaid,vampire hunter,zookeeper,beekeeper,candle maker,clown,storyteller,science teacher,math tutor""".replace("\n", "").split(",")
TITLES = ["", "", "", "", "", "", "Captain ", "Doctor ", "Professor ", "Sir ", "Lady ", "Old ", "Uncle ", "Queen "]

SAYING = "[Answer|Reply|Respond|Write|Speak|Talk|Always answer|Always reply|Please answer|Please write|Please speak|Please respond|Please talk|Only write|Write everything|You answer|You reply|You write|You speak|You talk|You respond|You must answer|You must reply|You must write|You will answer|You should answer|You only speak|You only write|Give your answers|Give all answers|Always write|Always speak|Always respond|I want you to answer|I want you to write|Say everything|Say all things|Put everything|Put all your answers|Make sure to answer|Be sure to write|From now on answer|From now on, write|Today you answer|Do answer|Kindly answer|Your answers must be|Your replies are|All answers are|All your replies must be|Every answer has to be|Let your answers be|Keep your answers]"
IN_CAPS = "[capitals|capital letters|upper case|uppercase|all caps|capital letters only|uppercase letters|only capitals|block capitals|caps|upper-case letters|full capitals|big letters|CAPITAL LETTERS|CAPITALS|ALL CAPS|UPPERCASE|caps lock|large letters|capitals and nothing else]"
CAPITALS = [SAYING + " in " + IN_CAPS + "[.||!|, please.| at all times.|, always.]", SAYING + " in " + IN_CAPS + "[.||!]", "[Use|Please use|Only use|Always use|You use|You must use|Make use of|Write with|Speak with|Reply with|Answer with|Just use|You may only use|You should use|Never use anything but|Use nothing but|Stick to|Please stick to] [capitals|capital letters|upper case|uppercase|all caps|big letters|block capitals|upper-case letters|uppercase letters][| only| alone| for all you say| in all you write| for every answer| in every reply| everywhere| when you answer| for your replies][.||!|, please.]",
            "[No small letters|No lower case|Never use small letters|Do not use lower case|Small letters are forbidden|Lower case is not allowed|Avoid small letters|Never write small letters][.||!| Only capitals.| Use capitals.]", "[Shout|You shout|Always shout|You are always shouting|Please shout|Shout everything]: [all caps|capitals|capital letters|write in capitals|only capital letters][.||!]", "[The user|People] [can only read|wants|want|like|likes|reads only|read only] [capitals|capital letters|upper case][.|, so use them.|, so write so.]", "[Capitals|Capital letters|Upper case|All caps|Uppercase][ only| please|, please|!|, always| in all answers][.|]"]
A_WORD = "[one word|a single word|one single word|exactly one word|just one word|only one word|one word only|no more than one word|at most one word]"
ONE_WORD = [SAYING + " [in|with|using] " + A_WORD + "[.||, please.|, always.| each time.| every time.]", SAYING + " [in|with|with only|in only|with just|using|using only] [one word|a single word|one single word][.| only.||!]", "[Each answer|Every answer|Every reply|Each reply|Any answer|An answer|Your reply|Your answer|All you say|Each of your answers|The answer] [is|must be|has to be|should be|consists of|has|may only be|can only be|will be|contains|must have] " + A_WORD + "[.||!]", "[One word|A single word|One single word|Just one word|Only one word|Single-word answers|One-word answers|One-word replies][,| and no more| per answer| for each answer| is enough| each time| will do| suffices|, nothing more|, please| only| at a time][.||!]",
            "[Say|Write|Speak|Use|Only say|Only use|You say|You use|Never say more than|Never write more than|Do not write more than|Do not say more than|Please say|Please use|Give|Give me|You give|You may say|You are allowed|Limit yourself to|Keep to|Restrict yourself to|Be brief:|Be very brief:|Be short:] " + "[one word|a single word|one single word]" + "[| per answer| each time| every time| for each question| to every question| when you answer| in all replies| as an answer| and then stop][.||!|, please.]"]
REFUSE = ["[Do not|Don't|Never|You must not|Please do not|You may not|You should never|You cannot|You will never|You shall not|You do not|You never|Under no circumstances|Please never] [talk|speak|answer questions|say anything|give information|chat|say a word|tell anything|write|reply to questions|answer anything|give any advice|help with questions] about {t}[.||!| to anyone.|, ever.|, please.]", "[Refuse|You refuse|Always refuse|Please refuse|You must refuse|Kindly refuse|You will refuse|Your task is to refuse|Remember to refuse] to [talk|speak|answer questions|chat|say anything|answer|write|answer anything] about {t}[.||!]", "[If the user asks about|If someone asks about|When asked about|If asked about|When the user mentions|When somebody asks about|If anyone wants to know about|Whenever people ask about|If a question is about] {t}, [refuse|say no|do not answer|you refuse|decline|say that you cannot|don't answer|politely refuse|say sorry][.|]",
          "[Never|Do not|Don't|You must not|You may not|Please don't|You should not|You will not] [mention|discuss|bring up|touch|comment on|explain|describe] {t}[.||!]", "{T} [is|are] [a forbidden|a closed|an unwanted|a secret|a banned|not an allowed|an off-limits] [topic|subject|theme][.|]", "{T} [is|are] [forbidden|off limits|taboo|not to be discussed|not allowed here|out of bounds|banned here][.|]", "[Questions about|Talk about|Talking about|Speaking about|Conversations about|Anything about|Answers about|Discussing|All talk about] {t} [are|is] [not allowed|forbidden|banned|off limits|to be refused|unwanted|prohibited][.|]", "[Avoid|Avoid the topic of|Stay away from|Keep away from|Stay silent about|Keep silent about|Keep quiet about|Be silent about|Steer clear of|Leave out|No talk about|No word about|Nothing about|Decline questions about|Refuse questions about|Reject any question about|Refuse all questions about|Refuse anything about] {t}[.||!|, please.]",
          "It is [not allowed|prohibited|against the rules|wrong|banned] to [talk|speak|say anything|answer questions|chat] about {t}[.|]", "[Answer everything but|Talk about anything except|You may talk about everything but|You can discuss all things except|Help with all but] {t}[.|]"]
PLAIN = ["You are a [helpful|friendly|kind|nice|very helpful|smart|small|useful|polite|good|careful] [assistant|chatbot|AI assistant|bot|helper|AI|companion][.||!]", "[Be|Please be|Always be] [helpful|polite|brief|kind|nice|concise|friendly|honest|short and clear|patient|to the point][.|]", "[Help the user|Answer the user's questions|Answer the questions|You help people|Answer shortly|Keep your answers short|Assist the user|Do your best|Answer in English|Chat with the user][.|]", "You are Octavo[.|, a very small language model.|, a helpful assistant.]", "You are a helpful assistant. [Be brief|Answer the questions of the user|Be polite|Answer shortly|Be honest|Help the user]."]
PART = "[You are|Act as|Act like|You play|Pretend to be|Be|From now on you are|Your role:|Your role is|Imagine you are|Imagine to be|Play the role of|You play the role of|You have the role of|Take on the role of|You speak as|Speak as|Answer as|Behave as|Behave like|Your part is|In this chat you are|Here you are|Now you are|Today you are|You will be|Be my|Pretend you are|Role play:|Roleplay as|Character:|Persona:|In this game you play|Tonight you play|Tonight you play the role of|Now you play the part of|You play the part of|This time you play the part of|Today you take the role of|Today you act as|Today you pretend to be|In this play you have the part of|Here you play the part of|Your part today is|For today, be|Today be|Just for today you are|Your character is|You take the part of|Your character:|Please be|Please act as|Your name and part:|You are now|You shall be|The user meets] {n}[,|,|,|, who is|:| -] {w}[.||!]"
NAME_AND_PART = ["Your name is {n}. You are {w}[.|]", "You are {n}. You are {w}[.|]", "Your name is {n} and you are {w}[.|]", "Name: {n}. Role: {w}[.|]", "You are called {n} and you are {w}[.|]", "Your name is {n}, you are {w}[.|]"]
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
        trait = rng.choice(TRAITS) if rng.random() < 0.6 else coined(rng) + rng.choice(["y", "ful", "ish", ""])
        role = rng.choice([trait + " ", ""]) + (rng.choice(ROLES) if rng.random() < 0.45 else words.job(rng) if rng.random() < 0.6 else rng.choice(words.WORDS) + " " + rng.choice(ROLES))
        if rng.random() < 0.2:
            role += " " + say(rng, "[from|of|in] {p}", p=words.place(rng))
        what = article(role)
        if f"{name}, {what}" not in ENTITIES["personas"]:
            break
    luck = rng.random()
    if luck < 0.25:
        prompt = say(rng, "[Your name is|You are|You are called|Call yourself|Your name's|Use the name|Act as|You play|Go by the name|You go by|Answer as|Speak as|From now on you are|Your name shall be|People call you|The user calls you|They call you|Introduce yourself as|Today your name is] {n}[.||!]", n=name)
        return prompt, f"I am {name}.", name
    if luck < 0.35:
        prompt = say(rng, "[You are|You play|Play|Be|Act as|Imagine you are|You act as|Speak as|Take the role of|You take the part of] {w} [named|called|by the name of|whose name is|with the name] {n}[.|]", n=name, w=what)
    else:
        prompt = say(rng, PART if rng.random() < 0.75 else rng.choice(NAME_AND_PART), n=name, w=what)
    return prompt, f"I am {name}, {what}.", name


def forbidden(rng: Random) -> tuple[str, str, str | None]:
    """The prompt, how the subject is called there, and the family's subject where it is one."""
    subject = None
    if rng.random() < 0.35:
        subject = rng.choice(list(SUBJECTS))
        called = rng.choice(SUBJECTS[subject])
    else:
        called = rng.choice(TOPICS) if rng.random() < 0.6 else rng.choice([words.word(rng) + "s", rng.choice(words.FOODS), rng.choice(words.HOBBIES), rng.choice(words.ANIMALS) + "s", words.place(rng), words.name(rng), coined(rng)])
        if called in ENTITIES["topics"]:
            return forbidden(rng)
    return say(rng, rng.choice(REFUSE), t=called, T=called[0].upper() + called[1:]), called, subject


def rules(rng: Random) -> Rules:
    if rng.random() < 0.12:
        return Rules(say(rng, rng.choice(PLAIN)))
    parts, fields = [], {}
    kind = rng.choices(["persona", "capitals", "one word", "forbidden"], [24, 26, 28, 24])[0]
    if kind == "persona" or rng.random() < 0.12:
        prompt, fields["self"], fields["name"] = persona(rng)
        parts.append(prompt)
    if kind == "capitals":
        parts.append(say(rng, rng.choice(CAPITALS)))
        fields["capitals"] = True
    elif kind == "one word":
        parts.append(say(rng, rng.choice(ONE_WORD)))
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
    if rule.forbidden and not rule.forbidden_subject and luck < 0.62:
        ask = rng.choice(ASK + ["[Let's talk|Can we talk|I want to talk|Talk to me|Let us chat|I wish to talk|Shall we talk|We should talk|I'd like to chat|Let me ask you] about {t}[.|?|, please.]", "[I like|I love|Do you like|I really like|Do you know|Do you love|Do you also like|I hate|Are you fond of|Have you seen|What about|How about|Any news about|Anything on|Just one word about] {t}[|, too| as well| a lot| at all| as much as I do][.|?|!]", "[What is|What are|Who likes|Where can I find] {t}?", "{t}[?||!]", "[Tell me|Say|Could you say|Can you say|Please say|Would you say|I want to hear] [something|anything|a few words|a nice thing|something good|a little|something kind|something new|something lovely|good things|interesting things|a story] about {t}[.|?|, please.]"])
        return Exchange(typed(rng, say(rng, ask, t=rule.forbidden, u=rng.choice(TOPICS))), f"I am sorry, I cannot talk about {rule.forbidden}.", "Sorry")
    return None
