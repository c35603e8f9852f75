"""Lists to draw from. What is copied comes mostly from coined.py instead, so that it is not learnt by heart."""

from collections.abc import Callable
from random import Random

from coined import coined, unheld
from held_out import ENTITIES, without

NAMES = without("names", """Ada Adam Agnes Ahmed Aisha Alan Albert Alex Alfie Ali Amara Amir Amy Ana Andrea Andrew Angela Anika
Anna Anton Aria Arthur Asha Astrid Ava Bella Ben Bella Bob Boris Bridget Carla Carlos Carmen Caroline Cathy Charlie Chen Chloe
Chris Clara Claire Colin Dan Daisy Daniel Dara David Dev Diana Diego Dora Ed Eddie Edgar Elena Eli Elias Ella Ellen Elsa Emil
Emily Emma Eric Erik Eva Eve Felix Fergus Finn Fiona Flora Frank Fred Freya Gabriel Gail Gemma George Gina Grace Greta Gus Hana
Hanna Harry Hassan Hazel Heidi Helen Henry Hugo Ian Ibrahim Ida Igor Ines Iris Isaac Isabel Ivan Ivy Jack Jacob Jade James Jamal
Jan Jane Janet Jasmine Jason Jay Jean Jenny Jim Joan Joe John Jonas Jorge Joseph Julia June Kai Karen Karl Kate Kenji Kim Kofi
Kurt Lara Lars Laura Lea Leila Lena Leo Leon Liam Lily Lina Linda Lisa Liz Louis Lucas Lucy Luis Luka Luna Mabel Magnus Malik
Maja Maria Mark Martha Martin Mary Mateo Matt Max Maya Meg Mei Mia Miguel Mike Mila Milo Mina Mira Mohammed Molly Mona Nancy
Naomi Nate Nell Nick Nico Nina Noah Noor Nora Olaf Olga Oliver Olivia Omar Oscar Otto Pablo Paul Paula Pedro Penny Pete Peter
Petra Phil Pia Pip Polly Rachel Rafael Raj Ravi Rex Rita Robert Robin Roger Rosa Rose Ruby Ruth Ryan Sally Sam Samir Sandra Sara
Sean Sergei Silas Simon Sofia Sonia Stella Stefan Sue Susan Sven Tara Ted Teresa Theo Thomas Tim Tina Toby Tom Tony Uma Ursula
Vera Victor Vince Violet Walter Wanda Wendy Will William Xavier Yara Yasmin Yuki Yvonne Zack Zara Zoe""".split())

PLACES = without("places", """Amsterdam Athens Atlanta Austin Barcelona Beijing Belfast Berlin Bergen Bombay Bristol Brussels Cairo
Calgary Cardiff Copenhagen Dallas Delhi Denver Dublin Edinburgh Florence Geneva Glasgow Hanoi Helsinki Houston Istanbul Jakarta
Johannesburg Kiev Kingston Lagos Leeds Lima London Madrid Manchester Melbourne Miami Milan Montreal Moscow Mumbai Munich Naples
Oslo Oxford Paris Porto Prague Quebec Rome Riga Rotterdam Santiago Seattle Seoul Shanghai Sofia Stockholm Sydney Tampa Tokyo
Toronto Turin Valencia Vancouver Venice Vienna Warsaw York""".split())

COLOURS = "red blue green yellow orange purple pink brown black white grey silver gold turquoise violet".split()

PETS = "dog cat rabbit hamster parrot pony goldfish turtle lizard mouse snake goat duck ferret canary".split()

ANIMALS = """fox rabbit bear mouse hedgehog owl turtle squirrel frog duck cat dog wolf lion tiger badger otter deer goat pig
horse sheep penguin monkey beaver raven robin dragon kitten puppy elephant giraffe snail mole donkey goose crow""".split()

JOBS = without("jobs", """teacher nurse doctor farmer baker pilot cook driver painter singer writer sailor gardener engineer lawyer
waiter tailor carpenter builder librarian scientist actor dancer musician clerk vet programmer electrician mechanic butcher barber
postman judge chef coach designer student soldier firefighter potter""".split())

FOODS = """pizza pasta soup rice cake bread cheese salad curry pancakes chocolate apples noodles sushi tacos waffles honey cookies
pie ice cream strawberries toast dumplings popcorn""".replace("ice cream", "ice_cream").split()
FOODS = [food.replace("_", " ") for food in FOODS if food not in ENTITIES["topics"]]

HOBBIES = """painting swimming chess reading cooking running dancing singing fishing knitting cycling hiking climbing drawing
gardening photography sailing surfing tennis football baking skating yoga pottery""".split()
HOBBIES = [hobby for hobby in HOBBIES if hobby not in ENTITIES["topics"]]

THINGS = without("things", """key map book lamp ball kite boat drum bell hat coat scarf ring box coin stone shell feather flower seed
candle clock basket blanket cup spoon letter crown sword bottle button ribbon rope wheel toy train doll puppet bicycle flute trumpet
guitar carrot apple cake pie jar star compass ladder bucket broom hammer brush pencil paintbrush necklace medal flag acorn egg
pearl""".split())

WORDS = """ant apple arm art axe baby back bag bake ball band bank barn bath beach bean bear bed bee bell belt bench bird
blue boat body bone book boot bowl box boy brain branch brave bread bridge brick broom brown brush bug bus bush butter cage cake camel camp candy car
card carpet carrot castle cat cave chair chalk cheese cherry chest chicken child church circle city class clean clock cloud coat coffee coin cold
comb cook cookie corn cotton cow crab crow crown cup curtain dance dark day deep deer desert desk dinner dish doctor dog doll donkey door
dragon dream dress drink drum duck dust eagle ear earth east egg eight elbow engine evening eye face fair family farm fast feather
field finger fire fish flag floor flower fly food foot forest fork four fox friend frog fruit funny game garden gate ghost giant gift girl glass
glove goat gold good goose grape grass green guitar hair hammer hand happy hat hawk head heart heavy hello help hill home honey hope horse
hot hotel house ice ink iron island jacket jam jar jelly jewel juice jump jungle key king kitchen kite kitten knee knife ladder lake lamp leaf
leg lemon letter light lion lip little long love lucky lunch magic map market match meal meat milk mirror money monkey month moon morning
mother mountain mouse mouth music nail name nature neck needle nest night noise north nose number nut oak ocean office oil onion orange orbit
oven owl page paint palace pan paper park party peach pear pen pencil people pepper phone piano picture pie pig pillow pink pizza plane planet
plant plate plum pocket pond potato purple puzzle quartz queen quick quiet rabbit radio rain rat red ribbon rice ring river road robot rock rocket roof
room root rope rose round ruler sad salt sand school sea seed seven shade shark sheep shell ship shirt shoe shop silver sister sky sleep small
smile smoke snake snow soap sock soft song soup south spider spoon spring square star stone storm story street strong sugar summer sun
sweet swim sword tail tall tea ten tent three table thumb thunder tiger ticket time toad today tooth tower town toy train tree truck turtle two
uncle valley village velvet voice wagon wall warm wash watch water wave west whale wheat wheel white wind window wing winter wolf woman wonder
wood word world worm yard year yellow young zebra zero zoo""".split()


def listed_or(rng: Random, share: float, items: list[str], other: Callable[[Random], str]) -> str:
    """One of the list, in `share` of all cases; otherwise a coined one."""
    return rng.choice(items) if rng.random() < share else other(rng)


def name(rng: Random) -> str:
    """Of a person, a pet, a character."""
    found = listed_or(rng, 0.25, NAMES, coined_name)
    if rng.random() < 0.03:
        found += rng.choice(["-", " "]) + listed_or(rng, 0.4, NAMES, coined_name)
    return found


def coined_name(rng: Random) -> str:
    ending = rng.choice(["a", "o", "us", "in", "ia", "el", "y", "en", "is", "or", "ette", "ix", "im", "es", "ard"]) if rng.random() < 0.2 else ""
    return unheld(rng, lambda: (coined(rng) + ending).capitalize())


def place(rng: Random) -> str:
    return listed_or(rng, 0.25, PLACES, coined_place)


def coined_place(rng: Random) -> str:
    ending = rng.choice(["ton", "ville", "burg", "ford", "land", "port", "ia", "o", "field", "mouth", "ham", "stad"]) if rng.random() < 0.3 else ""
    before = rng.choice(["New ", "Port ", "San ", "North ", "Saint ", "Los ", "East ", "Upper ", "Mount "]) if rng.random() < 0.12 else ""
    return unheld(rng, lambda: before + (coined(rng) + ending).capitalize())


def job(rng: Random) -> str:
    return listed_or(rng, 0.35, JOBS, coined_job)


def coined_job(rng: Random) -> str:
    def one() -> str:
        luck = rng.random()
        if luck < 0.3:
            return rng.choice(WORDS) + rng.choice([" seller", " keeper", " maker", "-maker", " painter", " collector", " teacher", "smith", "monger", "man", " hunter"])
        return coined(rng) + rng.choice(["er", "ist", "or", "man", "ian", "ect", "smith", "pher", "ber", "", ""])

    return unheld(rng, one)


def food(rng: Random) -> str:
    return listed_or(rng, 0.5, FOODS, lambda r: coined(r) + r.choice(["", "", " soup", " pie", " bread", " cheese", " stew"]))


def hobby(rng: Random) -> str:
    return listed_or(rng, 0.5, HOBBIES, lambda r: r.choice([coined(r) + "ing", coined(r) + " " + r.choice(HOBBIES), "collecting " + r.choice(WORDS) + "s"]))


def animal(rng: Random) -> str:
    return listed_or(rng, 0.8, PETS, coined)


def thing(rng: Random) -> str:
    return listed_or(rng, 0.55, THINGS, lambda r: unheld(r, lambda: r.choice([r.choice(WORDS), coined(r)])))


def secret(rng: Random) -> str:
    return unheld(rng, lambda: rng.choice(WORDS) if rng.random() < 0.3 else coined(rng))


def word(rng: Random) -> str:
    """Three to nine letters, real or not; for spelling, which real words need most."""
    while True:
        found = rng.choice(WORDS) if rng.random() < 0.88 else coined(rng)
        if len(found) <= 9:
            return found


def age(rng: Random) -> int:
    return rng.randint(3, 99)
