"""JSON out of a sentence, with the keys that were asked for, in their order."""

import json
from random import Random

import words
from dialogue import Exchange
from grammar import article, listed, say

FIELDS = ["name", "age", "city", "job", "pet", "colour", "food", "hobby"]
SENTENCES = {
    "name": ["", ""],
    "age": ["{n} is {age} years old", "{n} is {age}", "{n}, aged {age}", "the age of {n} is {age}", "{n} [turned|became|will be|turns|has turned|got] {age}[| years old][| yesterday| today| this week| in May| last month| last year| recently| on Sunday| tomorrow| in winter]", "{n} [is now|is already|is only|is almost|is just|is about] {age}[| years old| years of age]", "{n} has lived for {age} years", "{n} is {age} years of age", "{n} [celebrates|celebrated] [the age of {age}|{age} years]", "at {age}, {n} is [happy|well|still young|in good health]"],
    "city": ["{n} lives in {city}", "{n} is from {city}", "{n} comes from {city}", "the home of {n} is {city}", "{n} moved to {city}", "{n} [lives in the town of|has a house in|works in|stays in|was born in|grew up in|resides in|has moved to|is at home in|went home to|calls from|studies in|has a flat in] {city}", "{n} [lives|works] [now|today|happily] in {city}", "{city} is the home of {n}"],
    "job": ["{n} is {ajob}", "{n} works as {ajob}", "{n} earns money as {ajob}", "the job of {n} is {job}", "{n} [became|wants to be|has a job as|is employed as|has worked as|makes a living as|was hired as|is known as|found work as] {ajob}", "{n} [works now as|is now|is still|has long been] {ajob}", "by profession, {n} is {ajob}"],
    "pet": ["{n} has {apet}", "{n} owns {apet}", "{n} keeps {apet}", "{n} [bought|found|loves|takes care of] {apet}", "the pet of {n} is {apet}"],
    "colour": ["the favourite colour of {n} is {colour}", "{n} likes the colour {colour}", "{n} loves {colour}", "{n} always wears {colour}", "{colour} is the favourite colour of {n}"],
    "food": ["{n} likes to eat {food}", "the favourite food of {n} is {food}", "{n} often eats {food}", "{n} [loves to eat|always orders|cooks] {food}"],
    "hobby": ["the hobby of {n} is {hobby}", "{n} likes {hobby}", "{n} enjoys {hobby}", "{n} spends the evenings with {hobby}", "{n} is fond of {hobby}"],
}
GET = "[Extract|Give me|Return|Write|Get|Pull out|Please extract|Find|Please return|Give|Show me|Output|Send me|I want|I would like|I'd like|Let me have|Can you give me|Could you give me|Can you extract|Could you extract|Would you write|Please write|Please give me|Print|Fetch|Collect|List|Save|Store|Note|Take out|Produce|Make|Please produce|Tell me|Can you return|Kindly return|I must have|We need|Format|Encode|Present|Answer with|Reply with|Respond with]"
THESE = "[|||the |its |both |all of |just |only ]{keys}"
IN_JSON = "[as JSON|in JSON|as a JSON object|in JSON format|as one JSON object|as JSON, please|in a JSON object|as JSON data|as plain JSON|in the form of JSON]"
ASK = [GET + " " + THESE + " " + IN_JSON + "[:|.|:] {text}", GET + " " + THESE + " " + IN_JSON + "[:|.|:] {text}", GET + " " + THESE + " [from|of|in|out of|found in] [this|this sentence|the following|this text|the sentence|what follows|the text] " + IN_JSON + "[:|.|:] {text}", "[Turn|Convert|Change|Put|Translate|Please turn|Can you turn|Could you convert|Please convert|Transform|Rewrite|Make|Bring|Pack] [this|this sentence|the following|the text|the sentence|what I say] into JSON [with|with the keys|with the fields|that has|holding|having|containing|with only] {keys}[:|.|:] {text}",
       "{text} " + GET + " " + THESE + " " + IN_JSON + "[.||, please.|?]", "{text} " + GET + " " + THESE + " " + IN_JSON + "[.||, please.]", "[JSON|Give me JSON|Make JSON|Answer in JSON|JSON please|Write JSON|Return JSON|I want JSON|Only JSON|A JSON object|Please make JSON|As JSON|In JSON|Valid JSON|Strictly JSON] [with|with the keys|with the fields|of|containing] {keys}[:|.|:| from:| out of this:] {text}", "{text} [JSON|Give me JSON|Make JSON|Answer in JSON|Write JSON|Return JSON|Now JSON|Make that JSON|Turn that into JSON|Convert that into JSON|Put that into JSON|JSON, please,|I want that as JSON|I'd like JSON] [with|with the keys|with the fields|containing] {keys}[.|, please.|]",
       "[From|In|Out of] [this|the following|the next|this short] [sentence|text|line], [extract|find|return|write|give me|take|get] {keys} " + IN_JSON + "[:|.|:] {text}", "{keys} " + IN_JSON + "[:|, please:|.] {text}", "{text} [And now|Now|Then|So,|Please:] {keys} " + IN_JSON + "[.||, please.]", "[Read|Look at|Take|Here is|Consider|Study|See] [this|the sentence|this line|the following][:|.] {text} [Then give|Then write|Now write|Give me|Return|Write|Now give me] {keys} " + IN_JSON + "[.|, please.]", "[What are|What is|Which are] the {keys} [here|in this sentence|in the text][?] [JSON|Answer in JSON|As JSON][:|, please:|.] {text}", "[Put|Pack|Write|Store|Bring|Save] {keys} [of this|from this sentence|of the person|from the text|from here] [into|in] [JSON|a JSON object][:|.] {text}", "{text} [Please put|Pack|Write|Can you put|Store|Bring|Save|Would you put] {keys} [into|in] [JSON|a JSON object|JSON, please][.|]"]


def person(rng: Random) -> dict[str, object]:
    return {"name": words.name(rng), "age": words.age(rng), "city": words.place(rng), "job": words.job(rng), "pet": words.animal(rng),
            "colour": rng.choice(words.COLOURS), "food": words.food(rng), "hobby": words.hobby(rng)}


def sentence(rng: Random, about: dict[str, object], fields: list[str]) -> str:
    name = str(about["name"])
    parts, subject = [], name
    for field in fields:
        slots = {**about, "n": subject, "ajob": article(str(about["job"])), "apet": article(str(about["pet"]))}
        parts.append(say(rng, rng.choices(SENTENCES[field], [way.count("|") ** 0.5 + 1 for way in SENTENCES[field]])[0], **slots))
    text = parts[0]
    for i, part in enumerate(parts[1:], 1):
        if part.startswith(name + " "):
            join = rng.choice([" and " + part[len(name) + 1:], ". " + part, ". " + rng.choice(["He", "She"]) + part[len(name):]])
        else:
            join = ". " + part[0].upper() + part[1:]
        text += join
    return text[0].upper() + text[1:] + "."


def extraction(rng: Random) -> Exchange:
    about = person(rng)
    others = rng.sample(FIELDS[1:], rng.choice([1, 1, 2, 2, 2, 3]))
    if rng.random() < 0.3:
        others = ["age"] + [f for f in others if f != "age"][:1]
        others = others[: rng.choice([1, 2, 2])]
    text = sentence(rng, about, others)
    keys = ["name", *others]
    if len(keys) > 2 and rng.random() < 0.3:
        keys.remove(rng.choice(keys[1:]))
    if rng.random() < 0.3:
        rng.shuffle(keys)
    if rng.random() < 0.1:
        # A greeting in the first person gives the same.
        text = say(rng, "[I am|My name is|I'm] {name}", **about) + rng.choice([" and ", ", "]) + f"I am {about['age']} years old."
        keys = ["name", "age"]
    quoted = rng.choice([str, str, str, lambda key: f'"{key}"'])
    asked = listed([quoted(key) for key in keys]) if rng.random() < 0.8 else ", ".join(quoted(key) for key in keys)
    reply = json.dumps({key: about[key] for key in keys}, ensure_ascii=False)
    user = say(rng, rng.choice(ASK), keys=asked, text=text)
    return Exchange(user[0].upper() + user[1:], reply, None, "JSON", capitals=False)
