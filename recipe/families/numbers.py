"""Sums with their carries written out, comparison, sorting, the small multiplication table."""

from random import Random

from dialogue import Exchange
from grammar import say, typed
from held_out import numbers_held_out

# The same words around both signs, so that only the sign tells them apart.
EITHER = [
    "{e}[?||=| =|= ?| = ?| please|, please| is what?| equals what?| gives what?| is how much?| comes to what?| =?|, what is it?|, what does it give?]",
    "[What is|What's|Calculate|Compute|Work out|How much is|Tell me|Solve|Do you know|Give me|Please calculate|Please work out|Find|Do|So what is|And what is|Please solve|Can you do|Can you solve|Can you work out|Can you calculate|Could you do|Could you work out|Could you solve|I need|I'd like to know|Now|Now try|Try|Would you work out|What about|How about|Let me know] {e}[?|.||, please.| now.]",
    "[What|How much] [does|do|would|will] {e} [make|give|come to|yield|get you|result in|be|bring]?", "[What|How much] [do I get|do you get|is left|remains|comes out] [for|from|with|of|after] {e}?", "[What is|Tell me|Give me|Find] the [result|answer|value|outcome|solution] [of|to|for] {e}[?|.|, please.]",
    "[The result of|The answer to|The value of] {e}[?| is?| is what?]", "I:what {e} [is|gives|makes|comes to|adds up to]", "N:the [result|answer|outcome] of {e}",
]
PLUS = ["[Add|Please add|Can you add|Sum|Sum up|What do you get if you add|Add up|Would you add|Please add up|Now add|Let us add] {a} [and|to|with] {b}[.|?|, please.| together.|]", "[What is|Tell me|Give me|Find|I need] the sum of {a} and {b}[?|.]", "[What do|How much do] {a} and {b} [make|give|come to][| together| in all]?",
        "[If I add|If you add|Adding|When I add] {a} [to|and] {b}, what [do I get|comes out|is it]?", "[What is|How much is|Calculate] {a} and {b}[| together][?|.]", "{a} and {b} [together|added|in all] [is|make|give|are] [what|how much]?", "{b} more than {a}[?| is what?| is how much?]", "What is {b} more than {a}?"]
MINUS = ["[Subtract|Please subtract|Can you subtract|Take|Take away|Would you subtract|Please take|Now subtract|Can you take|Let us take] {b} from {a}[.|?|, please.|]", "[What is|Tell me|Give me|Find|I need] the difference [of|between] {a} and {b}[?|.]", "What [is left|remains|do I have] if I take {b} [from|away from] {a}?",
         "[If I take|If you take|Taking|When I take] {b} away from {a}, what [is left|remains|do I get]?", "[What is|How much is|Calculate] {a} [take away|less|without] {b}[?|.]", "{a} [without|less|take away] {b} [is|gives|leaves] [what|how much]?", "{b} less than {a}[?| is what?| is how much?]", "What is {b} less than {a}?"]
TIMES = ["[What is|What's|Calculate|Compute|How much is|Tell me|Do you know] {a}[ * | times | x | multiplied by ]{b}[?|.|]", "{a}[ * |*| times | x ]{b}[|=|?]", "[Multiply|Please multiply] {a} [by|and|with] {b}."]
GIVE = ["[I have|There are|We have|You have|She has|He has|Tom has] {a} {things} and [get|buy|find|add|receive] {b} more. How many [{things} |][are there|do I have|is that|are that][| now| in all|, please]?"]
LOSE = ["[I have|There are|We have|You have|She has|He has|Tom has] {a} {things} and [lose|eat|sell|give away|drop] {b}[| of them]. How many [{things} |][are left|remain|do I have now|are there now]?"]
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
    return rng.randint(0, 9) if rng.random() < 0.2 else rng.randint(0, 99)


def pair(rng: Random) -> tuple[int, int]:
    while True:
        a, b = number(rng), number(rng)
        if not numbers_held_out(a, b):
            return a, b


def sum_(rng: Random) -> Exchange:
    luck = rng.random()
    a, b = pair(rng)
    signs = rng.random() < 0.62
    if luck < 0.42:
        ask = rng.choice(EITHER) if signs else rng.choice(GIVE if rng.random() < 0.15 and b else PLUS)
        e, reply = rng.choice(["{a} + {b}", "{a} + {b}", "{a}+{b}", "{a} plus {b}", "{a} plus {b}"]), plus(a, b)
    elif luck < 0.94:
        if a < b and rng.random() < 0.9:
            a, b = b, a
            if numbers_held_out(a, b):
                return sum_(rng)
        ask = rng.choice(EITHER) if signs else rng.choice(LOSE if rng.random() < 0.15 and 0 < b <= a else MINUS)
        e, reply = rng.choice(["{a} - {b}", "{a} - {b}", "{a}-{b}", "{a} minus {b}", "{a} minus {b}"]), minus(a, b)
    else:
        a, b = rng.randint(0, 10), rng.randint(0, 10)
        ask, e, reply = rng.choice(TIMES), "", f"{a} * {b} = {a * b}."
    return Exchange(typed(rng, say(rng, ask.replace("{e}", e), a=a, b=b, things=rng.choice(COUNTED))), reply, None, "numbers")


BIG, SMALL = "[bigger|larger|greater|higher]", "[smaller|lower|less|lesser]"
# {w} is a comparative; {W} the superlative; {p} the pair in words.
WHICH = ["[Which|What|Which number|Which one|Which value|So which] is {w}[,|:||?] {a} or {b}[?||, please?]", "[Which|What] is the {w} [one|number|value][,|:| of the two,] {a} or {b}?", "[Is|Which is] {a} or {b} [{w}|the {w} one|the {w} number]?", "[Tell me|Find|Say|Name|Pick|Give me|Choose|Show me] the {w} [number|one|value|of the two][:|,|, please:] {a} [or|and] {b}[.|?|]",
         "[Which|Which number|Which one] [out of|among|between|from] {a} and {b} is [{w}|the {w} one|{W}]?", "[Between|Out of|From|Among|With] {a} and {b}, [which|which one|which number|what] is [{w}|the {w} one|{W}]?", "{a} or {b}[:|,|?|;] [which|which one|what|which number] is [{w}|the {w} one|{W}]?", "{a} [or|vs|and] {b}: {w}?",
         "I:which [|number |one ]is {w}, {a} or {b}", "I:[which one of|which of the numbers] {a} and {b} is {w}", "N:the {w} [|number |one |value ]of {a} and {b}", "There are two numbers, {a} and {b}. Which [|one |number ]is [{w}|the {w} one]?", "[I have|Here are|Take] {a} and {b}. [Which is|What is|Tell me which is] [{w}|the {w} one|the {w} number][?|.]"]


def compare(rng: Random) -> Exchange:
    a, b = pair(rng)
    if rng.random() < 0.15:
        b = min(99, max(0, a + rng.randint(-5, 5)))
        if numbers_held_out(a, b):
            return compare(rng)
    if a == b:
        return compare(rng)
    big, small = max(a, b), min(a, b)
    luck = rng.random()
    if luck < 0.42:
        ask, words, most = WHICH + ["[Compare|Please compare] {a} [and|with|to] {b}[.|, please.]", "Which is more, {a} or {b}?"], BIG, "[the biggest|the largest|the greatest]"
        reply, short = f"{big} is bigger than {small}.", str(big)
    elif luck < 0.8:
        ask, words, most = WHICH + ["Which is less, {a} or {b}?"], SMALL, "[the smallest|the lowest|the least]"
        reply, short = f"{small} is smaller than {big}.", str(small)
    else:
        more = rng.random() < 0.5
        words, most = (BIG if more else SMALL), ""
        ask = ["Is {a} {w} than {b}?", "[Tell me if|Do you know if|Can you tell me whether|Is it true that|Would you say that|Check if] {a} is {w} than {b}[.|?]", "{a} is {w} than {b}, [right|is it not|true|isn't it]?"]
        yes = (a > b) == more
        reply = f"{'Yes' if yes else 'No'}, {a} is {'bigger' if a > b else 'smaller'} than {b}."
        short = "Yes" if yes else "No"
    return Exchange(typed(rng, say(rng, rng.choice(ask).replace("{w}", words).replace("{W}", most or words), a=a, b=b)), reply, short, "numbers")


UP = "[from small to big|from small to large|from the small to the large|from small to great|from little to large|in ascending order|from smallest to largest|from low to high|from the smallest to the biggest|by size|smallest first|upwards|starting with the smallest|from least to greatest|in increasing order|in rising order|the small ones first]"
DOWN = "[from large to small|from big to small|in descending order|from highest to lowest|from largest to smallest|biggest first|downwards|largest first|starting with the biggest|in falling order|in decreasing order]"
VERB = "[Sort|Please sort|Order|Arrange|Please arrange|Can you sort|Could you sort|Could you order|Can you order|Could you arrange|Would you sort|Would you please order|Help me sort|I want to sort|Line up|Rank|Now sort|Sort out|I need to order]"
SORT = [VERB + " [||these numbers: |the numbers |three numbers: |this list: |these: |my numbers: |them: |the list ]{x}[.|?|| please.|, please.]", "[Put|Write|Say|Bring|Place|Set|Please put|Can you put|Would you put|Can you bring|I want to put] [|the numbers |these numbers: |these: ]{x} [in order|in the right order|into order|in the correct order|in their order][.|?|, please.]",
        "[What is|Tell me|Give me|What would be] the [order|right order|sorted order] of {x}[?|.]", "{x}[: sort them|: sort these|, sorted?|: in order, please| in order, please|. Sort them.|. Put them in order.|: order?| sorted][.||, please.]", "[How do you sort|How would you order|What order do these have:|Which order is right for] {x}?", "[The numbers are|I have|Here are|My numbers are|Look:] {x}. [Sort them|Put them in order|Order them|Arrange them|Can you sort them|What is their order][.|?|, please.]"]
SORT_UP = [VERB + " [||the numbers |these numbers: |this list: |these: ]{x} " + UP + "[.|?|, please.|]", "[Put|Write|Say|List|Give me|Show me|Please list|Please write|Can you list|Name] [|the numbers |these numbers |these: ]{x} " + UP + "[.||, please.]", "{x}, " + UP + "[.|, please.|?|]"]


def sort(rng: Random) -> Exchange:
    count = rng.choice([2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4])
    while True:
        near = rng.random() < 0.2
        first = number(rng)
        numbers = [first] + [min(99, max(0, first + rng.randint(-12, 12))) if near else number(rng) for _ in range(count - 1)]
        if len(set(numbers)) == count and not numbers_held_out(*numbers):
            break
    down = rng.random() < 0.12
    last = rng.choice([", ", ", ", ", ", " and ", ", and "])
    between = " " if rng.random() < 0.15 else ", "
    joined = between.join(map(str, numbers[:-1])) + (between if between == " " and rng.random() < 0.5 else last) + str(numbers[-1])
    ask = rng.choice(SORT_UP).replace(UP, DOWN) if down else rng.choice(SORT if rng.random() < 0.6 else SORT_UP)
    return Exchange(typed(rng, say(rng, ask, x=joined)), ", ".join(map(str, sorted(numbers, reverse=down))) + ".", None, "numbers")
