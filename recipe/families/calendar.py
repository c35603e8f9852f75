"""Days and months."""

from random import Random

from dialogue import Exchange
from grammar import say, typed

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
PLACES = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
SEASONS = ["winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "autumn", "autumn", "autumn", "winter"]


def neighbour(rng: Random, side: str, verb: str) -> list[str]:
    """Ways to ask for the one beside {x} that fit both sides."""
    return [f"[Which|What] {{unit}} {verb} {{x}}?", f"[What|Which one] {verb} {{x}}?", f"[What is|What's|What comes|Which is] {side} {{x}}?", f"[Tell me|Name|Do you know|Say|Give me] the {{unit}} {side} {{x}}[.|?]", f"[Which|What] is the {{unit}} {side} {{x}}?", f"[Which|What] {{unit}} [is|comes|do we find|is there|would be|stands|lies] {side} {{x}}?",
            f"{side[1:].split('|')[0].capitalize()} {{x}} comes [what|which {{unit}}]?", f"N:the {{unit}} {side} {{x}}", f"I:[which|what] {{unit}} [is|comes] {side} {{x}}", f"I:[which|what] {{unit}} {verb} {{x}}"]


def calendar(rng: Random) -> Exchange:
    days = rng.random() < 0.5
    names, unit = (DAYS, "day") if days else (MONTHS, "month")
    i = rng.randrange(len(names))
    x, after, before = names[i], names[(i + 1) % len(names)], names[i - 1]
    kind = rng.choices(["after", "before", "place", "which", "list", "long", "season", "tomorrow", "weekend"], [8, 8, 3, 3, 2, 0 if days else 4, 0 if days else 3, 4 if days else 0, 3 if days else 0])[0]
    slots = {"x": x, "unit": unit, "whole": "week" if days else "year"}
    match kind:
        case "after":
            ask = neighbour(rng, "[after|next after|right after|directly after|just after]", "[follows|comes after|is after|comes next after|is next after|comes right after|succeeds|stands after|lies after|is the one after|goes after]") + [
                "[{x} is|{x} has|{x} was|Now {x} is|When {x} is|If {x} is|Once {x} is] [done|finished|past|gone|ending|at its end|behind us|over now|almost over|already over|nearly over|through|completed|over and done][.|,|;|:] [what comes next|what is next|which {unit} is next|what {unit} is next|which {unit} comes next|what {unit} follows|what now|which {unit} now|what {unit} comes then|which {unit} follows|and then|which one is next|what follows]?",
                "[{x} ends|{x} is at an end|{x} goes away|{x} is almost over|It was {x}|We had {x}|The {unit} was {x}][.|,] [What comes next|What is next|Which {unit} comes now|What {unit} follows|And then|Which {unit} begins then|What {unit} is it then|And the {unit} after that]?", "{x}, and [then|after that|next|the next {unit}]?", "[After|Right after|Following] {x}[,| we have| there is| comes| follows] [what|which {unit}|what {unit}]?", "[What|Which {unit}] [does {x} come before|is {x} followed by|do we get after {x}|do we write after {x}|starts after {x}|begins after {x}|will it be after {x}]?", "N:the [next {unit}|{unit} that comes next] after {x}", "N:the {unit} [that comes after|following|next after|right after|that follows|that follows|which follows|which comes after] {x}", "N:the {unit} [that follows|which follows] {x}"]
            reply, short = f"{after} comes after {x}.", after
        case "before":
            ask = neighbour(rng, "[before|just before|right before|directly before|ahead of]", "[comes before|is before|is just before|comes right before|precedes|was before|stands before|lies before|goes before|is the one before]") + [
                "[{x} is|{x} has|{x} was|Now {x} is] [here|starting|beginning|coming][.|,|;] [what was before|which {unit} was before|what {unit} came before|which {unit} is over|what did we have before|which {unit} has just ended]?", "[Before|Right before] {x}[,| we have| there is| comes| we had] [what|which {unit}|what {unit}]?", "[What|Which {unit}] [does {x} come after|does {x} follow|do we get before {x}|did we have before {x}|ends before {x}|leads to {x}]?", "{x} [comes after|follows] [what|which {unit}|what {unit}]?", "N:the {unit} [that comes before|which comes before|that is before|ahead of|right before|just before|preceding] {x}"]
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
            ask = ["How many days [are in|are there in|has|are part of|make up|belong to] {x}?", "How many days does {x} [have|contain|last|count|take|run]?", "{x}[:|,] how many days[| has it| does it have]?", "{x} has how many days[| in it]?", "[What is|Tell me] the [number of days|length] [in|of] {x}[?|.]", "N:the number of days [in|of] {x}", "I:how many days [{x} has|are in {x}|there are in {x}|{x} lasts]", "How many days [has|are in|are there in|does one count in] the month {x}?", "[How long is|How many days long is] {x}?", "[Tell me|Do you know] how many days {x} has[.|?]"]
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
    return Exchange(typed(rng, say(rng, rng.choices(ask, [4 + way.count("|") for way in ask])[0], **slots)), reply, short, "days")
