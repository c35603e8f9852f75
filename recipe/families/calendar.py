"""Days and months."""

from random import Random

from dialogue import Exchange
from grammar import say, typed

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
PLACES = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
SEASONS = ["winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "autumn", "autumn", "autumn", "winter"]


def calendar(rng: Random) -> Exchange:
    days = rng.random() < 0.5
    names, unit = (DAYS, "day") if days else (MONTHS, "month")
    i = rng.randrange(len(names))
    x, after, before = names[i], names[(i + 1) % len(names)], names[i - 1]
    kind = rng.choices(["after", "before", "place", "which", "list", "long", "season", "tomorrow", "weekend"], [8, 8, 3, 3, 2, 0 if days else 4, 0 if days else 3, 4 if days else 0, 3 if days else 0])[0]
    slots = {"x": x, "unit": unit, "whole": "week" if days else "year"}
    match kind:
        case "after":
            ask = ["[Which|What] {unit} [comes after|is after|follows|comes next after|is next after] {x}?", "[What comes|What is|What's] [after|next after] {x}?", "[Tell me|Name|Do you know] the {unit} after {x}[.|?]", "After {x} comes [what|which {unit}]?", "[Which|What] is the {unit} after {x}?"]
            reply, short = f"{after} comes after {x}.", after
        case "before":
            ask = ["[Which|What] {unit} [comes before|is before|is just before|comes right before] {x}?", "[What comes|What is|What's] [before|just before] {x}?", "[Tell me|Name|Do you know] the {unit} before {x}[.|?]", "Before {x} comes [what|which {unit}]?", "[Which|What] is the {unit} before {x}?"]
            reply, short = f"{before} comes before {x}.", before
        case "place":
            ask = ["[Which|What] {unit} of the {whole} is {x}?", "[Is|What number is] {x} [the first or second {unit}|in the {whole}]?", "[Which|What] number does {x} have in the {whole}?"]
            reply, short = f"{x} is the {PLACES[i]} {unit} of the {slots['whole']}.", PLACES[i].capitalize()
        case "which":
            ask = ["[What is|Which is|Name|Tell me] the {place} {unit} of the {whole}[?|.]", "[Which|What] {unit} is the {place} of the {whole}?"]
            slots["place"] = PLACES[i]
            reply, short = f"{x} is the {PLACES[i]} {unit} of the {slots['whole']}.", x
        case "list":
            ask = ["[What are|List|Name|Tell me|Say] [the {unit}s of the {whole}|all {unit}s of the {whole}|the {unit}s|all the {unit}s][?|.]"]
            reply, short = f"The {unit}s are " + ", ".join(names[:-1]) + f" and {names[-1]}.", "Seven" if days else "Twelve"
        case "long":
            ask = ["How many days [are in|are there in|does|has] {x}[| have]?", "[How long is|How many days long is] {x}?", "[Tell me|Do you know] how many days {x} has[.|?]"]
            reply, short = f"{x} has {LENGTHS[i]} days.", str(LENGTHS[i])
        case "season":
            ask = ["[In which|Which|What] season is {x}[| in]?", "[What season|Which season] does {x} belong to?", "Is {x} in summer or winter?"]
            reply, short = f"{x} is in {SEASONS[i]}.", SEASONS[i].capitalize()
        case "tomorrow":
            back = rng.random() < 0.4
            if back:
                ask = ["[Today is {x}|If today is {x}|It is {x} today|It's {x}][.|,] [what day was it yesterday|which day was yesterday|what was yesterday|what day was yesterday]?"]
                reply, short = f"Yesterday was {before}.", before
            else:
                ask = ["[Today is {x}|If today is {x}|It is {x} today|It's {x}][.|,] [what day is it tomorrow|which day is tomorrow|what is tomorrow|what day is tomorrow|what will tomorrow be]?"]
                reply, short = f"Tomorrow is {after}.", after
        case _:
            ask = ["Is {x} [a weekday|a weekend day|on the weekend|part of the weekend|a working day]?"]
            reply, short = f"{x} is a {'weekend day' if i > 4 else 'weekday'}.", "Weekend" if i > 4 else "Weekday"
    return Exchange(typed(rng, say(rng, rng.choice(ask), **slots)), reply, short, "days")
