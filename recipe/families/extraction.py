"""JSON out of a sentence, with the keys that were asked for, in their order."""

import json
from random import Random

import words
from dialogue import Exchange
from grammar import article, listed, say

FIELDS = ["name", "age", "city", "job", "pet", "colour", "food", "hobby"]
SENTENCES = {
    "name": ["", ""],
    "age": ["{n} is {age} years old", "{n} is {age}", "{n}, aged {age}", "the age of {n} is {age}"],
    "city": ["{n} lives in {city}", "{n} is from {city}", "{n} comes from {city}", "the home of {n} is {city}", "{n} moved to {city}"],
    "job": ["{n} is {ajob}", "{n} works as {ajob}", "{n} earns money as {ajob}", "the job of {n} is {job}"],
    "pet": ["{n} has {apet}", "{n} owns {apet}", "{n} keeps {apet}"],
    "colour": ["the favourite colour of {n} is {colour}", "{n} likes the colour {colour}", "{n} loves {colour}"],
    "food": ["{n} likes to eat {food}", "the favourite food of {n} is {food}", "{n} often eats {food}"],
    "hobby": ["the hobby of {n} is {hobby}", "{n} likes {hobby}", "{n} enjoys {hobby}"],
}
ASK = ["[Extract|Give me|Return|Write|Get|Pull out|Please extract|Find] {keys} as JSON[:|.] {text}", "[Turn|Convert|Change|Put|Translate] [this|this sentence|the following|the text] into JSON with [|the keys |the fields ]{keys}[:|.] {text}",
       "{text} [Give me|Write|Return|I want|Please give me|Answer with|Extract] [the |]{keys} [as|in] JSON.", "[JSON|Give me JSON|Make JSON|Answer in JSON|JSON please] with {keys}[:|.] {text}", "{text} [JSON|Give me JSON|Make JSON|Answer in JSON|Write JSON|Return JSON] with [|the keys |the fields ]{keys}[.|, please.]",
       "[From|In] [this|the following] sentence, [extract|find|return|write] {keys} as JSON[:|.] {text}"]


def person(rng: Random) -> dict[str, object]:
    return {"name": words.name(rng), "age": words.age(rng), "city": words.place(rng), "job": rng.choice(words.JOBS), "pet": rng.choice(words.PETS),
            "colour": rng.choice(words.COLOURS), "food": rng.choice(words.FOODS), "hobby": rng.choice(words.HOBBIES)}


def sentence(rng: Random, about: dict[str, object], fields: list[str]) -> str:
    name = str(about["name"])
    parts, subject = [], name
    for field in fields:
        slots = {**about, "n": subject, "ajob": article(str(about["job"])), "apet": article(str(about["pet"]))}
        parts.append(say(rng, rng.choice(SENTENCES[field]), **slots))
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
    others = rng.sample(FIELDS[1:], rng.choice([1, 1, 2, 2, 3]))
    if rng.random() < 0.35:
        others = ["age"] + [f for f in others if f != "age"][:1]
        others = others[: rng.choice([1, 1, 2])]
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
    return Exchange(say(rng, rng.choice(ASK), keys=asked, text=text), reply, None, "JSON", capitals=False)
