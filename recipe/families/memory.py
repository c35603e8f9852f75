"""Told once, asked later: the reason to have a KV cache."""

from random import Random

import words
from dialogue import Exchange
from grammar import article, say, typed

SO = "[||||So, |So |Now, |Okay, |Tell me, |Hey, |And |But |Well, |By the way, |Sorry, |Hmm, |Now then, |Quick test: |Just checking: ]"
OH = "[|||Oh, |By the way, |Hi, |Hi! |And |Well, |So, |You should know: |Listen, |Just so you know, |Hello! |Fun fact: |Let me tell you: |Okay, |Please note: |Hey, ]"
# What people add to what they tell; nothing to be remembered.
TAIL = "[||||| and I like it| and that is all|, as you may know| now| at present|, by the way|, since last year| and I am happy about it|, just so you know|, you see| at the moment|, to be exact|, and you?| for many years|, believe it or not| - remember that|, okay?|, don't forget it]"
MAN = "[||||, by the way|, and I like music|, and I love the sea|, and I am new here| and I like [tea|dogs|robots|numbers|trains|your name|rain]|, a friend of yours|, glad to meet you|, nice to meet you|, good to meet you| from next door| and I have a question|, hello| and I am learning English|, in case you wonder| and I work a lot| and I come from far away]"
# kind: how it is told, what is said then, how it is asked, the answer.
FACTS: dict[str, tuple[list[str], list[str], list[str], str]] = {
    "name": (
        ["[|Hi! |Hello, |Hey, |Good morning, |Hi there. |By the way, |Oh, |Hello! |Hey there, |Good evening. |Hello Octavo, |Well, |So, |Hi there, |Let me introduce myself: |Okay, ][my name is|I'm|I am|my name's|I am called|people call me|call me|you can call me|they call me|it's|everybody calls me|my first name is|I go by|the name is|this is|they named me|my parents named me|I am known as|my friends say|I'd like to be called|please call me|feel free to call me|you should call me] {x}" + MAN + "[.|!|]",
         "[Please call me|Just call me|The name is|This is|You could call me|Everyone calls me|My friends call me|Remember my name:|My name:|Here is|I want you to call me|From now on call me|You know me as|Say hello to|I answer to] {x}[.|!|]",
         "{x} [is my name|here|is the name|speaking|is what they call me|is how I am called|is what I am called][.|!]", "[Hi|Hello|Hey], {x} here[.|!]", "[I'm|I am|My name is|Hi, I'm|Hello, I am|Hi! I am|I am called|They call me] {x} and I [like|love|collect|study|sell|play with|am fond of|work with|know a lot about|am interested in|care for|repair|want to learn about|often think of|really like|dream of] [{w}s|{w}|old {w}s|music|games|maths|science|machines|books]" + "[.||!]", "[I'm|I am|My name is] {x}[, and I| and I|, I] [like|love|have|need|want|am|was|come|go|do|think|hope|work|know] [{w}s|a {w}|{w}|much|you|here|often|there|nothing|a lot]" + "[.||!]"],
        ["Nice to meet you, {x}!"],
        [SO + "[what is my name|what's my name|who am I|do you know my name|do you remember my name|what did I say my name was|what was my name|how am I called|what am I called|do you remember me|do you still know my name|can you say my name|what did I tell you my name was|what name did I give you|what name did I tell you|which name is mine|do you recall my name|have you forgotten my name|can you remember my name|do you still remember my name|what do people call me|what should you call me|how do people call me|what do my friends call me|under what name do you know me|who is talking to you|you know my name, right|what was my name now|can you repeat my name|could you say my name again|could you tell me my name|would you tell me my name]?",
         "[Say my name|Tell me my name|Remind me of my name|Please say my name|Repeat my name|Let me hear my name|I forgot my own name|Prove that you know my name|I wonder if you know my name|Show me that you remember my name|Please remind me of my name][.|, please.|!]", "N:my [own |]name", "I:[what my name is|who I am|what I am called|how I am called|what my name was|what they call me]"],
        "Your name is {x}.",
    ),
    "age": (
        [OH + "[I am|I'm|I have been alive for] {x} years old" + TAIL + "[.|!]", OH + "[my age is|I turned|I just turned|I am turning|I became|I will be|I have turned|I got|I am already|I am only|today I am|this year I am] {x}[| years old]" + TAIL + "[.|!]", "I am {x}[.|, by the way.]", "My age: {x}[.|]", "{x} is my age[.|!]", "I am a {x} year old [man|woman|person|student][.|!]", "[Last week|Last month|Yesterday|Today|In May] I turned {x}[| years old][.|!]"],
        ["{x} is a fine age!"],
        [SO + "[how old am I|what is my age|what's my age|do you remember my age|do you know how old I am|what age am I|how many years old am I|what did I say my age was|what was my age|do you recall my age|how many years do I have|what age did I tell you|do you still know how old I am|how old did I say I am|can you tell my age|how old was I again]?", "N:my age", "I:[how old I am|what my age is|how many years old I am]"],
        "You are {x} years old.",
    ),
    "place": (
        [OH + "[I live in|I'm from|I am from|I come from|my home is in|I live and work in|my house is in|I moved to|we live in|I have a flat in|I stay in|my place is in|I grew up in|we moved to|my family lives in|I was born and live in|I am at home in|I am living in|my home is|I am writing from] {x}[| with my [wife|dog|parents|children|friends|sister|cat]]" + TAIL + "[.|!]", "{x} is [my home|where I live|my city|my town|my home town|the town I live in|the place where I live|my home city|where I come from][.|!]", "My [city|town|home city|place|village] is [called |]{x}[.|!]", "[The city I live in|The place where I live|The town where I live] is [called |]{x}[.|!]"],
        ["{x} sounds like a nice place!"],
        [SO + "[where do I live|where am I from|where is my home|do you remember where I live|which place do I live in|what city do I live in|where did I say I live|do you know where I live|which town am I from|where do I come from|where was it that I live|which city is my home|what town do I live in|in which place do I live|in what city is my home|in what town do I live|what is my home town|which town did I name|where did I say my home is|what place did I tell you about|do you recall where I live|what is the name of my city|what is my city]?", "N:my home town", "N:the [city|place|town] where I live", "I:[where I live|which city I live in|where my home is|where I come from|in which town I live|which town I live in]"],
        "You live in {x}.",
    ),
    "pet": (
        [OH + "[I have {a} called|I have {a} named|I own {a} named|my {kind} is called|my {kind}'s name is|I got {a} called|the name of my {kind} is|there is my {kind},|we have {a} called|my {kind} is|we call our {kind}|I named my {kind}|I call my {kind}|at home I have {a} named|our {kind} is called|my [old|small|big|dear|lovely|new|funny|sweet] {kind} is [called|named]|I have [an old|a small|a new|a funny|a black|a white] {kind} [called|named]] {x}" + TAIL + "[.|!]", "{x} is [the name of my {kind}|my {kind}|my {kind}'s name|what I call my {kind}][.|!]"],
        ["{x} is a lovely name for {a}!"],
        [SO + "[what is my {kind} called|what is the name of my {kind}|what's my {kind}'s name|who is my {kind}|do you remember my {kind}'s name|what is my {kind}'s name|how is my {kind} called|what did I call my {kind}|what name does my {kind} have|what was my {kind} called|what was the name of my {kind}|which name does my {kind} have|how do I call my {kind}|what name did I give my {kind}|do you know my {kind}'s name|what do I call my {kind}|do you recall what my {kind} is called]?", "N:the name of my {kind}", "N:my {kind}'s name", "I:what my {kind} is called"],
        "Your {kind} is called {x}.",
    ),
    "colour": (
        [OH + "[my favourite colour is|my favorite color is|the colour I like most is|the colour I love is|I like one colour best:|my best colour is|my colour is|I love the colour] {x}" + TAIL + "[.|!]", "{X} is my favourite colo[|u]r[.|!]"],
        ["{X} is a beautiful colour!"],
        [SO + "[what is my favourite colour|what's my favorite color|which colour do I like|what colour do I like most|do you remember my favourite colour|which colour is my favourite|what colour did I say I like|do you know my favourite colour|which colour do I love|what was my favourite colour]?", "N:my favourite colo[|u]r", "I:which colour I like"],
        "Your favourite colour is {x}.",
    ),
    "food": (
        [OH + "[my favourite food is|my favorite food is|the food I like most is|what I like to eat most is|the best food for me is|I love to eat|my favourite dish is] {x}" + TAIL + "[.|!]", "{X} is my favourite [food|dish|meal][.|!]"],
        ["{X} is very tasty!"],
        [SO + "[what is my favourite food|what's my favorite food|what do I like to eat|which food do I like most|do you remember my favourite food|what food did I say I like|do you know what I like to eat|what was my favourite food|which dish do I love]?", "N:my favourite food", "I:what I like to eat"],
        "Your favourite food is {x}.",
    ),
    "job": (
        [OH + "[I am|I'm|I work as|my job is to be|I earn my money as|by profession I am|I have a job as|I am working as|I make my living as|for a living I am|I got work as|I found a job as|they pay me as] {ax}" + TAIL + "[.|!]", "I am {ax} by [trade|profession][.|!]", "[My job|My profession|My work|My trade]: {x}[.|]", "[My job|My profession|My trade] is {x}[.|!]", "[I work|I am employed|My work is] [in {p} |]as {ax}[.|!]"],
        ["That is a good job!"],
        [SO + "[what is my job|what's my job|what do I do for a living|what is my profession|do you remember my job|what do I work as|which job do I have|what work do I do|do you know my job|what was my job|what is my trade|do you recall my job|what did I say my job is|which profession do I have|how do I earn my money|what kind of work do I do|what do I do|can you say what my job is|what am I by profession]?", "N:my [job|profession|trade|work]", "I:[what my job is|what I work as|what I do for a living|what work I do]"],
        "You are {ax}.",
    ),
    "relative": (
        [OH + "[my {kind} is called|my {kind}'s name is|I have a {kind} called|I have a {kind} named|the name of my {kind} is|my {kind} is|my {kind} is named|my [dear|good|little|big|younger|older] {kind} is called|I have [one|a nice|a good|a dear] {kind}[:|, called|, named]|there is my {kind}, called|people call my {kind}] {x}[|||, [he|she] is [kind|funny|great|very nice|far away|clever|a good cook]]" + TAIL + "[.|!]", "{x} is [the name of my {kind}|my {kind}|my {kind}'s name|what my {kind} is called][.|!]"],
        ["{x} is a nice name!"],
        [SO + "[what is my {kind} called|what is the name of my {kind}|what's my {kind}'s name|do you remember my {kind}'s name|what is my {kind}'s name|how is my {kind} called|who is my {kind}|what name does my {kind} have|what was the name of my {kind}|what was my {kind} called|how did I say my {kind} is called|do you know the name of my {kind}|do you remember the name of my {kind}|which name has my {kind}|what do people call my {kind}|do you know what my {kind} is called|do you recall what my {kind} is called]?", "N:the name of my {kind}", "N:my {kind}'s name", "I:[what my {kind} is called|who my {kind} is|what name my {kind} has]"],
        "Your {kind} is called {x}.",
    ),
    "number": (
        [OH + "[my lucky number is|my favourite number is|remember the number|the secret number is|keep this number in mind:|please remember this number:|keep the number|do not forget the number|store the number|my number is] {x}" + "[|, please|, will you?| for me][.|!|]"],
        ["I will remember the number {x}."],
        [SO + "[what is my number|what was the number|which number did I tell you|what number did I say|do you remember the number|what is my lucky number|what is my favourite number|what was the secret number|which number should you remember|which number did I give you|what number did you have to remember|what number should you keep]?", "N:the number[| I gave you| I told you]", "I:[which|what] number [I told you|I said|you should remember]"],
        "The number is {x}.",
    ),
    "word": (
        [OH + "[the password is|remember the word|the secret word is|the magic word is|my code word is|please remember this word:|keep this word in mind:|do not forget the word|don't forget this word:|store the word|learn the word|keep the word|bear the word in mind:|I have a word for you to remember:|the word to remember is|note down the word|try to remember the word|memorize the word|hold on to the word|please learn the word|please don't forget the word|please remember the word|the word of the day is|the code word is|please hold the word in memory:] {q}{x}{q}" + "[|||, please|, will you?| for me| for later| until I ask][.|!|]", "[Please keep|Please hold|Keep|Hold|Save|Store|Please store|Can you keep|Could you hold] [the word|this word:|the code|the secret word] {q}{x}{q} [for me|for later|in memory|in your memory|until later|until I ask for it][.|, please.|?|]", "{x} is the [word to remember|secret word|password|magic word|word][.|!]"],
        ["I will remember the word {x}."],
        [SO + "[what is the password|what was the word|which word did I tell you|what word did I say|do you remember the word|what is the secret word|what was the secret word|what is the magic word|what is my code word|which word should you remember|what word did I give you|which word did I want you to keep|what word did you have to remember|which word did you keep for me|what word was it|which word was it|which word have you kept in mind|what was the word to remember|what word should you have remembered|which word did I ask you to keep|what word did I ask you for|do you recall the word|what was that word again|which word did you learn]?", "N:the word[| that I told you| I gave you| you had to remember]", "N:the [secret word|password|code word]", "I:[which|what] word [I told you|I said|you should remember|I gave you|I asked you to keep|you had to remember]", "[Say|Repeat|Tell me] the word [again|that I told you|I gave you|from before][.|, please.]"],
        "The word is {x}.",
    ),
}
WEIGHTS = {"name": 6, "place": 2, "pet": 1.6, "relative": 1.6, "job": 2, "word": 2, "age": 1.3, "colour": 0.8, "food": 0.8}
RELATIVES = "sister brother mother father friend boss neighbour cousin aunt uncle teacher daughter son wife husband".split()
UNKNOWN = {"name": "your name", "age": "your age", "place": "where you live", "pet": "the name of your {kind}", "colour": "your favourite colour",
           "food": "your favourite food", "job": "your job", "relative": "the name of your {kind}", "number": "a number", "word": "a word"}


def slots_of(rng: Random, kind: str) -> dict[str, object]:
    pool = {"name": words.name, "pet": words.name, "relative": words.name, "age": words.age, "place": words.place,
            "colour": lambda r: r.choice(words.COLOURS), "food": words.food,
            "job": words.job, "number": lambda r: r.randint(0, 999), "word": words.secret}
    x = pool[kind](rng)
    what = words.animal(rng) if kind == "pet" else rng.choice(RELATIVES)
    return {"x": x, "X": str(x).capitalize(), "ax": article(str(x)), "kind": what, "a": article(what), "p": words.place(rng), "w": rng.choice(words.WORDS), "q": rng.choice(["", "", "'", '"'])}


def pick(rng: Random) -> str:
    kinds = list(FACTS)
    return rng.choices(kinds, [WEIGHTS.get(kind, 1) for kind in kinds])[0]


def sentence(rng: Random, ways: list[str], slots: dict[str, object]) -> str:
    """One of the ways, each alternative in them alike; it begins with a capital unless the name told does not."""
    text = say(rng, rng.choices(ways, [way.count("|") + 1 for way in ways])[0], **slots)
    return text if text.startswith(str(slots["x"])) else text[0].upper() + text[1:]


def told_and_asked(rng: Random, kind: str) -> tuple[Exchange, Exchange]:
    tell, reaction, ask, answer = FACTS[kind]
    slots = slots_of(rng, kind)
    # A copied name must not be spelled otherwise than it is given back.
    copied = kind in ("age", "number", "colour")
    # Names come in lower case now and then, and are given back as names are written.
    heard = {**slots, "x": str(slots["x"]).lower()} if kind == "name" and rng.random() < 0.1 else slots
    told = Exchange(typed(rng, sentence(rng, tell, heard), lower=copied), say(rng, rng.choice(reaction), **slots), "Nice")
    short = str(slots["X"]) if kind in ("colour", "food", "job", "word") else str(slots["x"])
    return told, Exchange(typed(rng, sentence(rng, ask, slots)), say(rng, answer, **slots), short)


def at_once(rng: Random) -> Exchange:
    """Told and asked in one message; or a name, and a greeting back."""
    name = words.name(rng)
    if rng.random() < 0.5:
        ask = say(rng, "[Hi|Hello|Hey|Good morning][!|,|.] [My name is|I am|I'm|This is] {x}. [Who are you|What is your name|And you|What's yours|And who are you]?", x=name)
        return Exchange(ask, f"Nice to meet you, {name}! I am Octavo, a very small language model.", None, capitals=False)
    tell, _, asked, answer = FACTS["name"]
    ask = sentence(rng, tell[:1], {"x": name}).rstrip(".!?") + ". " + sentence(rng, asked, {"x": name})
    return Exchange(typed(rng, ask, lower=False), say(rng, answer, x=name), name, capitals=False)


def never_told(rng: Random, told: set[str]) -> Exchange | None:
    kind = pick(rng)
    if kind in told:
        return None
    slots = slots_of(rng, kind)
    ask = sentence(rng, FACTS[kind][2], slots)
    return Exchange(typed(rng, ask), say(rng, "You have not told me " + UNKNOWN[kind] + " yet.", **slots), "Unknown")
