"""Lists to draw from, and made-up names: what is copied must not be learnt by heart."""

from random import Random

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
oven owl page paint palace pan paper park party peach pear pen pencil people pepper phone piano picture pie pig pillow pink pizza plane
plant plate pocket pond potato purple puzzle quartz queen quick quiet rabbit radio rain rat red ribbon rice ring river road robot rock rocket roof
room root rope rose round ruler sad salt sand school sea seed seven shade shark sheep shell ship shirt shoe shop silver sister sky sleep small
smile smoke snake snow soap sock soft song soup south spider spoon spring square star stone storm story street strong sugar summer sun
sweet swim sword tail tall tea ten tent three table thumb thunder tiger ticket time toad today tooth tower town toy train tree truck turtle two
uncle valley village velvet voice wagon wall warm wash watch water wave west whale wheat wheel white wind window wing winter wolf woman wonder
wood word world worm yard year yellow young zebra zero zoo""".split()

ONSETS = "b bl br c ch cr d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sh sk sl sn sp st t th tr tw v w wh y z".split()
VOWELS = "a e i o u a e i o u ai ea ee ie oo ou".split()
CODAS = " , , ,b,ck,d,f,g,l,ll,m,n,nd,ng,nk,nt,p,r,rd,rn,s,sh,sk,ss,st,t,th,x,z".replace(" ", "").split(",")


def made_up(rng: Random, syllables: int | None = None) -> str:
    """A word that no language has (or hardly), in lower case."""
    while True:
        count = syllables or rng.choice([1, 2, 2, 2, 3])
        word = "".join(
            rng.choice(ONSETS if i or rng.random() < 0.85 else [""]) + rng.choice(VOWELS) + (rng.choice(CODAS) if i == count - 1 or rng.random() < 0.4 else "")
            for i in range(count)
        )
        if 3 <= len(word) <= 11:
            return word


def name(rng: Random) -> str:
    if rng.random() < 0.55:
        return rng.choice(NAMES)
    while True:
        found = made_up(rng).capitalize()
        if rng.random() < 0.5:
            found += rng.choice(["a", "o", "us", "in", "ia", "el", "y", "en", "is", "or"])
        if found not in ENTITIES["names"]:
            return found


def place(rng: Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(PLACES)
    found = made_up(rng, rng.choice([1, 2])).capitalize() + rng.choice(["", "ton", "ville", "burg", "ford", "land", "port", "a", "ia", "o"])
    return rng.choice(["New ", "Port ", "San ", "North ", "Saint "]) + found if rng.random() < 0.12 else found


def word(rng: Random) -> str:
    """Three to nine letters, real or not."""
    while True:
        found = rng.choice(WORDS) if rng.random() < 0.75 else made_up(rng)
        if len(found) <= 9:
            return found


def age(rng: Random) -> int:
    return rng.randint(3, 99)
