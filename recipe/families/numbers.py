"""Sums with their carries written out, comparison, sorting, the small multiplication table."""

from random import Random

from dialogue import Exchange
from grammar import say, typed
from held_out import numbers_held_out

OPENING = "[|||Please tell me: |Quick question: |Hey, |Hi, |So, |Okay, |Now, |Can you tell me: |Tell me, |I need help: ]"
PLUS = ["[What is|What's|Calculate|Compute|Work out|How much is|Tell me|Solve|Add up|Do you know|Give me] {a}[ + |+| plus | and ]{b}[?|.|]", "{a}[ + |+| plus ]{b}[|=| =|?| = ?]",
        "[Add|Please add|Can you add|Sum|What do you get if you add] {a} [and|to] {b}[.|?]", "[What is|Tell me|Give me|Find] the sum of {a} and {b}[?|.]", "[What do|How much do] {a} and {b} make[| together]?", "If I add {a} to {b}, what do I get?"]
MINUS = ["[What is|What's|Calculate|Compute|Work out|How much is|Tell me|Solve|Do you know|Give me] {a}[ - |-| minus | take away ]{b}[?|.|]", "{a}[ - |-| minus ]{b}[|=| =|?| = ?]",
         "[Subtract|Please subtract|Can you subtract|Take|Take away] {b} from {a}[.|?]", "[What is|Tell me|Give me|Find] the difference [of|between] {a} and {b}[?|.]", "What is left if I take {b} from {a}?", "If I take {b} away from {a}, what is left?"]
TIMES = ["[What is|What's|Calculate|Compute|How much is|Tell me|Do you know] {a}[ * | times | x | multiplied by ]{b}[?|.|]", "{a}[ * |*| times | x ]{b}[|=|?]", "[Multiply|Please multiply] {a} [by|and|with] {b}."]
GIVE = ["[I have|There are|We have|You have|She has|He has] {a} {things} and [get|buy|find|add] {b} more. How many [{things} |][are there|do I have|is that][| now| in all]?"]
LOSE = ["[I have|There are|We have|You have] {a} {things} and [lose|eat|sell|give away] {b}. How many [{things} |]are left?"]
COUNTED = "apples,books,coins,eggs,pens,cookies,stones,cards,balls,sweets,stamps,pears".split(",")


def plus(a: int, b: int) -> str:
    ones = a % 10 + b % 10
    if a + b < 10 or (a < 10 and b < 10):
        return f"{a} + {b} = {a + b}."
    carry = ones // 10
    tens = a // 10 + b // 10 + carry
    return f"Ones: {a % 10} + {b % 10} = {ones}. Tens: {a // 10} + {b // 10}" + (" + 1" if carry else "") + f" = {tens}. So {a} + {b} = {a + b}."


def minus(a: int, b: int) -> str:
    if a < b:
        return f"{a} is smaller than {b}, so it is below zero. " + minus(b, a).replace("So ", "") + f" So {a} - {b} = -{b - a}."
    if a < 10:
        return f"{a} - {b} = {a - b}."
    borrow = a % 10 < b % 10
    ones = a % 10 + (10 if borrow else 0)
    return (f"Ones: {ones} - {b % 10} = {ones - b % 10}. Tens: {a // 10} - {b // 10}" + (" - 1" if borrow else "")
            + f" = {a // 10 - b // 10 - borrow}. So {a} - {b} = {a - b}.")


def number(rng: Random) -> int:
    return rng.randint(0, 9) if rng.random() < 0.25 else rng.randint(0, 99)


def pair(rng: Random) -> tuple[int, int]:
    while True:
        a, b = number(rng), number(rng)
        if not numbers_held_out(a, b):
            return a, b


def sum_(rng: Random) -> Exchange:
    luck = rng.random()
    a, b = pair(rng)
    if luck < 0.37:
        ask = rng.choice(GIVE if rng.random() < 0.1 and b else PLUS)
        reply = plus(a, b)
    elif luck < 0.92:
        if a < b and rng.random() < 0.9:
            a, b = b, a
            if numbers_held_out(a, b):
                return sum_(rng)
        ask = rng.choice(LOSE if rng.random() < 0.1 and 0 < b <= a else MINUS)
        reply = minus(a, b)
    else:
        a, b = rng.randint(0, 10), rng.randint(0, 10)
        ask, reply = rng.choice(TIMES), f"{a} * {b} = {a * b}."
    return Exchange(typed(rng, say(rng, (OPENING if ask[0] == "[" else "") + ask, a=a, b=b, things=rng.choice(COUNTED))), reply, None, "numbers")


def compare(rng: Random) -> Exchange:
    a, b = pair(rng)
    if a == b:
        return compare(rng)
    big, small = max(a, b), min(a, b)
    luck = rng.random()
    if luck < 0.4:
        ask = ["[Which|What|Which number|Which one] is [bigger|larger|greater|more|higher][,|:] {a} or {b}?", "[Is|Which is more,] {a} or {b} [bigger|larger|greater|the bigger one]?", "[Tell me|Find|Say] the [bigger|larger|greater] number[:|,] {a} or {b}[.|?]", "[Compare|Please compare] {a} and {b}."]
        reply, short = f"{big} is bigger than {small}.", str(big)
    elif luck < 0.7:
        ask = ["[Which|What|Which number|Which one] is [smaller|less|lower][,|:] {a} or {b}?", "[Is|Which is less,] {a} or {b} [smaller|less|the smaller one]?", "[Tell me|Find|Say] the [smaller|lower] number[:|,] {a} or {b}[.|?]"]
        reply, short = f"{small} is smaller than {big}.", str(small)
    else:
        more = rng.random() < 0.5
        ask = ["Is {a} [bigger|larger|greater|more] than {b}?", "[Tell me if|Do you know if] {a} is [bigger|larger|more] than {b}[.|?]"] if more else ["Is {a} [smaller|less|lower] than {b}?"]
        yes = (a > b) == more
        reply = f"{'Yes' if yes else 'No'}, {a} is {'bigger' if a > b else 'smaller'} than {b}."
        short = "Yes" if yes else "No"
    return Exchange(typed(rng, say(rng, rng.choice(ask), a=a, b=b)), reply, short, "numbers")


def sort(rng: Random) -> Exchange:
    while True:
        numbers = [number(rng) for _ in range(3)]
        if len(set(numbers)) == 3 and not numbers_held_out(*numbers):
            break
    joined = rng.choice([", ", ", ", " "]).join(map(str, numbers[:2])) + rng.choice([", ", " and ", ", and "]) + str(numbers[2])
    down = rng.random() < 0.25
    if down:
        ask = ["[Sort|Order|Arrange|Put] {x} [from large to small|from big to small|in descending order|from highest to lowest|from largest to smallest][.|, please.|]"]
    else:
        ask = ["[Sort|Please sort|Order|Arrange|Can you sort|Could you order] [|these numbers: |the numbers |three numbers: ]{x}[.|?| from small to large.| in ascending order.| please.| from smallest to largest.]", "[Put|Write|Say|List|Bring] [the numbers |]{x} in [order|the right order|ascending order][.|]",
               "[What is|Tell me|Give me] the order of {x}[?|.]"]
    return Exchange(typed(rng, say(rng, rng.choice(ask), x=joined)), ", ".join(map(str, sorted(numbers, reverse=down))) + ".", None, "numbers")
