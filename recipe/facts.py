"""General knowledge as tables. A relation has ways to ask, one way to answer, and pairs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Relation:
    subject: str
    ask: list[str]
    answer: str
    # What the one-word answer is.
    short: str
    pairs: dict[str, str]
    # Ways to ask that also fit a thing that nobody knows.
    unknown: bool = False


def table(text: str) -> dict[str, str]:
    """Lines of "key: value" parted by semicolons."""
    return dict((part.strip() for part in entry.split(":")) for entry in text.replace("\n", " ").split(";") if entry.strip())


CAPITALS = table("""France: Paris; Germany: Berlin; Italy: Rome; Spain: Madrid; Portugal: Lisbon; England: London; Scotland: Edinburgh;
Wales: Cardiff; Ireland: Dublin; the Netherlands: Amsterdam; Belgium: Brussels; Switzerland: Bern; Austria: Vienna; Poland: Warsaw;
Czechia: Prague; Hungary: Budapest; Greece: Athens; Turkey: Ankara; Russia: Moscow; Ukraine: Kyiv; Sweden: Stockholm; Norway: Oslo;
Denmark: Copenhagen; Finland: Helsinki; Iceland: Reykjavik; Romania: Bucharest; Bulgaria: Sofia; Serbia: Belgrade; Croatia: Zagreb;
Slovakia: Bratislava; Slovenia: Ljubljana; Latvia: Riga; Estonia: Tallinn; Lithuania: Vilnius; Malta: Valletta; Albania: Tirana;
the United States: Washington; Canada: Ottawa; Mexico: Mexico City; Cuba: Havana; Brazil: Brasilia; Argentina: Buenos Aires;
Chile: Santiago; Peru: Lima; Colombia: Bogota; Venezuela: Caracas; Ecuador: Quito; Uruguay: Montevideo; Bolivia: La Paz;
Jamaica: Kingston; Egypt: Cairo; Morocco: Rabat; Tunisia: Tunis; Kenya: Nairobi; Nigeria: Abuja; Ghana: Accra; Ethiopia: Addis Ababa;
South Africa: Pretoria; Senegal: Dakar; Uganda: Kampala; China: Beijing; Japan: Tokyo; South Korea: Seoul; North Korea: Pyongyang;
India: New Delhi; Pakistan: Islamabad; Nepal: Kathmandu; Thailand: Bangkok; Vietnam: Hanoi; Indonesia: Jakarta; Malaysia: Kuala Lumpur;
the Philippines: Manila; Iran: Tehran; Iraq: Baghdad; Israel: Jerusalem; Saudi Arabia: Riyadh; Syria: Damascus; Lebanon: Beirut;
Australia: Canberra; New Zealand: Wellington""")

CONTINENTS = {country: continent for continent, countries in {
    "Europe": "France,Germany,Italy,Spain,Portugal,England,Ireland,Belgium,Switzerland,Austria,Poland,Hungary,Greece,Sweden,Norway,Denmark,Finland,Iceland,Romania",
    "South America": "Brazil,Argentina,Chile,Peru,Colombia,Venezuela,Ecuador,Bolivia,Uruguay",
    "North America": "Canada,Mexico,the United States,Cuba",
    "Africa": "Egypt,Morocco,Tunisia,Kenya,Nigeria,Ghana,Ethiopia,South Africa,Senegal,Uganda",
    "Asia": "China,Japan,South Korea,India,Pakistan,Nepal,Thailand,Vietnam,Indonesia,Malaysia,Iran,Iraq",
}.items() for country in countries.split(",")}

LANGUAGES = table("""France: French; Germany: German; Italy: Italian; Spain: Spanish; Portugal: Portuguese; Brazil: Portuguese;
Mexico: Spanish; Argentina: Spanish; Russia: Russian; Poland: Polish; Sweden: Swedish; Norway: Norwegian; Denmark: Danish;
Finland: Finnish; Greece: Greek; Turkey: Turkish; China: Chinese; Japan: Japanese; Egypt: Arabic; Austria: German; England: English;
Australia: English; Hungary: Hungarian; the Netherlands: Dutch""")

SOUNDS = table("""cow: moo; dog: woof; cat: meow; sheep: baa; duck: quack; pig: oink; horse: neigh; lion: roar; bee: buzz; snake: hiss;
owl: hoot; rooster: cock-a-doodle-doo; mouse: squeak; frog: croak; wolf: howl; crow: caw; donkey: hee-haw; turkey: gobble; chick: cheep;
goat: maa""")

BABIES = table("""dog: puppy; cat: kitten; cow: calf; sheep: lamb; horse: foal; pig: piglet; hen: chick; duck: duckling; goat: kid;
bear: cub; lion: cub; kangaroo: joey; frog: tadpole; swan: cygnet; deer: fawn; goose: gosling; owl: owlet; butterfly: caterpillar""")

LEGS = table("""dog: four; cat: four; cow: four; horse: four; spider: eight; ant: six; bee: six; bird: two; chicken: two; human: two;
snake: no; fish: no; crab: ten; butterfly: six; duck: two; elephant: four; fly: six; frog: four; beetle: six; sheep: four""")

HOMES = table("""bee: hive; bird: nest; dog: kennel; horse: stable; rabbit: burrow; spider: web; lion: den; pig: sty; cow: barn; bear: cave;
fox: den; ant: anthill; hen: coop; beaver: lodge; king: palace""")

COLOURS = table("""banana: yellow; lemon: yellow; sun: yellow; sky: blue; sea: blue; grass: green; leaf: green; frog: green; cucumber: green;
tomato: red; strawberry: red; blood: red; cherry: red; fire engine: red; snow: white; milk: white; coal: black; night sky: black;
orange: orange; carrot: orange; pumpkin: orange; chocolate: brown; bear: brown; flamingo: pink; pig: pink; elephant: grey; mouse: grey;
crow: black; swan: white; emerald: green; ruby: red; violet: purple; polar bear: white; sunflower: yellow; spinach: green""")

OPPOSITES = table("""hot: cold; big: small; up: down; left: right; day: night; happy: sad; fast: slow; good: bad; old: new; young: old;
open: closed; light: dark; high: low; long: short; tall: short; wet: dry; hard: soft; rich: poor; early: late; full: empty; full: empty;
strong: weak; loud: quiet; clean: dirty; near: far; thick: thin; wide: narrow; deep: shallow; heavy: light; in: out; on: off; yes: no;
true: false; first: last; black: white; win: lose; love: hate; push: pull; buy: sell; begin: end; start: stop; come: go; give: take;
ask: answer; laugh: cry; sweet: sour; easy: difficult; cheap: expensive; front: back; inside: outside; above: below; before: after;
north: south; east: west; summer: winter; brave: afraid; asleep: awake; rough: smooth; sharp: blunt; straight: crooked; always: never;
more: less; many: few; friend: enemy; war: peace; boy: girl; king: queen; alive: dead; right: wrong; beautiful: ugly; safe: dangerous;
sunrise: sunset; arrive: leave; remember: forget; top: bottom""")

UNITS = table("""seconds in a minute: 60; minutes in an hour: 60; hours in a day: 24; days in a week: 7; days in a year: 365; weeks in a year: 52;
months in a year: 12; years in a century: 100; years in a decade: 10; years in a millennium: 1000; metres in a kilometre: 1000;
centimetres in a metre: 100; millimetres in a centimetre: 10; grams in a kilogram: 1000; kilograms in a ton: 1000; bits in a byte: 8;
millilitres in a litre: 1000; cents in a dollar: 100; items in a dozen: 12; inches in a foot: 12; degrees in a circle: 360;
letters in the alphabet: 26; days in a leap year: 366; planets in the solar system: 8; continents on Earth: 7; colours in a rainbow: 7;
fingers on a hand: 5; toes on a foot: 5; players in a football team: 11; strings on a violin: 4; strings on a guitar: 6;
wheels on a car: 4; wheels on a bicycle: 2; wheels on a tricycle: 3; sides on a die: 6; seasons in a year: 4; legs on a chair: 4;
zeros in a million: 6; cards in a deck: 52; squares on a chess board: 64; arms on an octopus: 8; eyes on a human: 2; quarters in a whole: 4""")

SIDES = table("triangle: three; square: four; rectangle: four; pentagon: five; hexagon: six; heptagon: seven; octagon: eight; circle: no")

MIXES = table("red and blue: purple; red and yellow: orange; blue and yellow: green; red and white: pink; black and white: grey; red and green: brown")

KINDS = table("""rose: flower; tulip: flower; daisy: flower; lily: flower; apple: fruit; banana: fruit; pear: fruit; cherry: fruit; mango: fruit;
grape: fruit; carrot: vegetable; potato: vegetable; onion: vegetable; cabbage: vegetable; spinach: vegetable; piano: musical instrument;
violin: musical instrument; guitar: musical instrument; flute: musical instrument; drum: musical instrument; trumpet: musical instrument;
hammer: tool; saw: tool; screwdriver: tool; car: vehicle; bus: vehicle; bicycle: vehicle; train: vehicle; dog: mammal; cow: mammal;
whale: mammal; dolphin: mammal; bat: mammal; elephant: mammal; eagle: bird; penguin: bird; owl: bird; sparrow: bird; parrot: bird;
shark: fish; salmon: fish; tuna: fish; snake: reptile; lizard: reptile; crocodile: reptile; turtle: reptile; frog: amphibian; ant: insect;
bee: insect; butterfly: insect; beetle: insect; oak: tree; pine: tree; birch: tree; gold: metal; iron: metal; silver: metal; copper: metal;
oxygen: gas; hydrogen: gas; helium: gas; football: sport; tennis: sport; chess: game; shirt: piece of clothing; hat: piece of clothing;
chair: piece of furniture; table: piece of furniture; Mars: planet; Venus: planet; Moon: moon; Sun: star; triangle: shape; square: shape;
red: colour; blue: colour; euro: currency; dollar: currency; spider: small animal with eight legs""")

CURRENCIES = table("""the United States: dollar; England: pound; Japan: yen; France: euro; Germany: euro; Italy: euro; India: rupee; China: yuan;
Russia: ruble; Switzerland: franc; Mexico: peso; Poland: zloty; Sweden: krona; Turkey: lira; Brazil: real; South Africa: rand""")

PLURALS = table("""mouse: mice; child: children; foot: feet; tooth: teeth; goose: geese; man: men; woman: women; sheep: sheep; leaf: leaves;
person: people; wolf: wolves; knife: knives; city: cities; baby: babies; box: boxes; fish: fish""")

RELATIONS = {
    "capital": Relation("capitals",
        ["[What is|What's|Tell me|Name|Give me|Say|Do you know] the capital of {x}[?|.|, please.]", "[Which|What] city is the capital of {x}?", "[Which|What] [city|town|place] is {x}'s capital[| city]?", "[In|For|Of] {x}, [which city|what city|what] is the capital?",
         "[The capital of {x} is what|What is {x}'s capital|What's the capital city of {x}|What is the capital called in {x}|How is the capital of {x} called|What capital does {x} have|Which city does {x} have as its capital]?", "{x}'s capital[?| is?| is what?| city?|, please|]", "{x}[:|,|?] [its capital|capital|which capital|what is its capital][?|, please|]",
         "[capital of {x}|{x} capital|capital city of {x}]", "The capital of {x}[?|, please|]", "[Tell me about|And] the capital of {x}[.|?]", "N:the capital of {x}", "N:[the capital of|the capital city of] {x}", "N:{x}'s capital", "N:the name of the capital of {x}", "N:the capital city of {x}",
         "I:[what|which city] the capital of {x} is", "I:[which|what] city is the capital of {x}", "I:[which city is {x}'s capital|what {x}'s capital is|what the capital of {x} is called]"],
        "The capital of {x} is {y}.", "{y}", CAPITALS, unknown=True),
    "capital of": Relation("capitals",
        ["[Which|What] country has {y} as its capital[| city]?", "{y} is the capital [city |]of [which|what] [country|land|nation]?", "[Of which country|Of what country|Of which land] is {y} the capital?", "What is {y} the capital of?", "[Whose|Which country's] capital [city |]is {y}?", "[Which|What] [country|land|nation] is {y} the capital of?",
         "[The|What|Which] country [whose|with the] capital [is|called] {y}[?|, please]", "{y} is the capital [of|city of] what?", "N:the country whose capital is {y}", "N:the country with the capital {y}", "I:[which|what] country {y} is the capital of", "I:[which|what] country has {y} as its capital"],
        "{y} is the capital of {x}.", "{x}", CAPITALS),
    "continent": Relation("continents",
        ["[Which|What] continent is {x} [in|on|part of|a part of|located in]?", "[On|In] [which|what] continent is {x}[| located| found]?", "[On|In] [which|what] continent [does {x} lie|can I find {x}|do I find {x}|would I find {x}|will I find {x}]?", "[Where is|Where on Earth is|Where in the world is|Where does one find] {x}?",
         "{x} is [in|on] [which|what] continent?", "{x} [belongs to|lies in|lies on|is part of] [which|what] continent?", "{x}[:|,] which continent[| is it in]?", "[Which|What] continent [has|includes|contains] {x}?", "[Does {x} lie|Is {x}] in Europe, Asia or Africa?", "N:the continent of {x}", "N:the continent where {x} is", "I:[which|what] continent {x} [is in|is on|belongs to|lies in|is part of]", "I:where {x} is"],
        "{x} is in {y}.", "{y}", CONTINENTS, unknown=True),
    "language": Relation("languages",
        ["[Which|What] language do [people|they|the people|you|men and women|folks] [speak|use|talk] in {x}?", "[Which|What] language is [spoken|used|common|the main one] in {x}?", "[What do people speak|What do they speak|What is spoken|How do people talk] in {x}?", "What is the [|official |usual |first ]language of {x}?", "[Which|What] language does {x} [use|speak|have]?",
         "In {x}, [people speak what|which language is spoken|what do people speak]?", "N:the language of {x}", "N:the language [spoken|that people speak] in {x}", "I:[which|what] language [people speak|they speak|is spoken] in {x}"],
        "People in {x} speak {y}.", "{y}", LANGUAGES, unknown=True),
    "currency": Relation("money",
        ["[What is|What's|Tell me|Name] the [currency|money] of {x}[?|.]", "[Which|What] [money|currency] [do people use in {x}|is used in {x}|does {x} use|does {x} have|do they have in {x}]?", "What do [people|they] pay with in {x}?", "How do people pay in {x}?", "N:the currency of {x}", "I:[what|which money] people pay with in {x}"],
        "The currency of {x} is the {y}.", "{y}", CURRENCIES, unknown=True),
    "sound": Relation("animals",
        ["[What|Which] [sound|noise|call|cry] does a {x} make?", "What does [a|the] {x} say?", "[How does a {x} sound|What is the sound of a {x}|What sound do {x}s make|What noise do {x}s make|How do {x}s sound|What sound has a {x}]?", "[Make|Imitate|Do|Play] the [sound|noise|cry] of a {x}[.|, please.]", "[What do {x}s say|How goes the {x}|The {x} goes how|A {x} says what|A {x} makes which sound]?",
         "[Which|What] [sound|noise] [is made by|do I hear from|do you hear from] a {x}?", "N:the [sound|noise|cry|call] of a {x}", "N:the [sound|noise] that a {x} makes", "I:[what a {x} says|what sound a {x} makes|which noise a {x} makes|how a {x} sounds]"],
        "A {x} says {y}.", "{y}", SOUNDS, unknown=True),
    "baby": Relation("animals",
        ["[What is|What's] [the name of a baby {x}|a baby {x} called|the young of a {x} called|a young {x} called|a {x}'s baby called|the baby of a {x}|a baby {x}]?", "[What do you call|What do we call|How do you call|How do we call|What do people call] [a baby {x}|the baby of a {x}|the young of a {x}|a young {x}|a {x}'s baby|a little {x}|a newborn {x}|a {x} that is still a baby]?",
         "A [baby|young|little|newborn] {x} is [called|named] [what|a]?", "[How is|What name has|Which name has] [a baby {x}|the young of a {x}|a {x}'s baby] [called|]?", "[Which|What] is the [word|name] for a [baby|young] {x}?", "Baby {x}[?| is called?|: what is it called?]", "N:the [name|word] [of|for] a [baby|young|newborn] {x}", "N:the [name|word] for [the young of a {x}|the baby of a {x}|a {x}'s baby]", "I:what [a baby {x}|the young of a {x}|a young {x}|a {x}'s baby] is called", "I:[what|how] [you call|we call|people call] [a baby {x}|the baby of a {x}|a young {x}]"],
        "A baby {x} is called a {y}.", "{y}", BABIES, unknown=True),
    "legs": Relation("animals",
        ["How many legs [does a {x} have|do {x}s have|has a {x}|has a {x} got|has the {x}|are on a {x}]?", "[What is the number of legs of a {x}|On how many legs does a {x} walk|How many legs does a {x} walk on|How many legs can I see on a {x}|A {x} has how many legs|How many legs are there on a {x}|A {x} walks on how many legs]?", "[Count|Please count|Can you count] [the|all] legs of a {x}[.|?]", "N:the number of legs [of|on] a {x}", "N:the number of a {x}'s legs", "I:how many legs [a {x} has|{x}s have|are on a {x}|a {x} walks on]", "{x}: how many legs?"],
        "A {x} has {y} legs.", "{y}", LEGS, unknown=True),
    "home": Relation("animals",
        ["Where does a {x} [live|sleep|have its home]?", "[What is|What's] the home of a {x}[| called]?", "[What does a {x} live in|In what does a {x} live|Where do {x}s live|How is the home of a {x} called]?", "N:the home of a {x}", "I:where a {x} lives"],
        "A {x} lives in a {y}.", "{y}", HOMES, unknown=True),
    "colour": Relation("colours",
        ["[What|Which] colo[|u]r is [the|a] {x}?", "[What is|What's] the colo[|u]r of [the|a] {x}?", "[What|Which] colo[|u]r [does|do] [a|the] {x} [have|show|normally have|mostly have]?", "[What|Which] colo[|u]r [are {x}s|do {x}s have|has a {x}|has the {x}]?", "[A|The] {x} [has|is of|comes in] [which|what] colo[|u]r?", "[How is a {x} coloured|In which colour do I paint a {x}|What colour should I paint a {x}|Which colour fits a {x}|If I draw a {x}, which colour do I need]?", "{x}: [which|what] colour?", "N:the [usual |normal |]colo[|u]r of [the|a] {x}", "N:the colo[|u]r [of|that] [{x}s|a {x} has]", "I:[what|which] colo[|u]r [a {x} is|the {x} is|a {x} has|{x}s have|{x}s are]"],
        "The colour of the {x} is {y}.", "{y}", COLOURS, unknown=True),
    "opposite": Relation("opposites",
        ["[What is|What's|Tell me|Name|Give me|Say] the opposite of {q}{x}{q}[?|.|, please.]", "[Which word|What word|What] [means the opposite of|is opposite to|is the contrary of|is the reverse of|is the very opposite of] {q}{x}{q}?", "[Which|What] is the opposite [word |][of|to] {q}{x}{q}?", "The opposite of {q}{x}{q}[?| is?|, please| is what?]", "[Not|If something is not|If a thing is not|When it is not|It is not|Something is not] {q}{x}{q}[:|,] [what is it then|then what is it|but what|but the opposite|so what is it|then it is what|which word fits then|what then|so it is][?|.]", "{q}{x}{q} and its opposite[?|.]", "[It is not|A thing is not|My word is not|This is not|Think of what is not] {q}{x}{q}[.|,|;|:] [It is|it must be|but it is|but] [the opposite|its opposite|just the opposite|the contrary][.|,|:] [What is it|What is that|Which word is it|So it is what|What do I mean|Name it][?|.]", "[If|When|Whenever|Since] [something|a thing|the word|it] is[ not|n't] {q}{x}{q}, [what is it|it is what|which word fits|then it is|what must it be|which is it]?", "{q}{x}{q}[, opposite|: opposite|: the opposite]?",
         "[What|Which word] [goes|stands] against {q}{x}{q}?", "{q}{x}{q} is the opposite of [what|which word]?", "[Say|Tell me] the opposite[:|,] {q}{x}{q}[.|]", "[What is|Which word is] the [antonym|contrary|reverse] of {q}{x}{q}?", "[Which word|What] has the opposite meaning [of|to] {q}{x}{q}?", "N:the opposite of {q}{x}{q}", "N:the opposite of [|the word ]{q}{x}{q}", "N:[the contrary of|the antonym of|the word that is opposite to|a word that means the opposite of|the opposite word of|the opposite for] {q}{x}{q}", "I:[what|which word] is the opposite of {q}{x}{q}", "I:[what the opposite of {q}{x}{q} is|which word means the opposite of {q}{x}{q}]"],
        "The opposite of {x} is {y}.", "{y}", OPPOSITES, unknown=True),
    "units": Relation("numbers",
        ["How many {u} [are|are there] {v}?", "[What is|What's] the number of {u} {v}?", "How many {u} {v}?", "[How many {u} do you count|How many {u} can one count|How many {u} make up what is|How many {u} do I find|How many {u} will I find] {v}?", "{u} {v}[: how many|, how many][?| are there?]", "[Count|Please count] the {u} {v}[.|, please.]", "N:the number of {u} {v}", "I:how many {u} [are|there are|are there|you find|one has] {v}"],
        "There are {y} {u} {v}.", "{y}", UNITS),
    "sides": Relation("shapes",
        ["How many [sides|corners|edges] [does a {x} have|has a {x} got|has a {x}|do {x}s have|are there on a {x}]?", "A {x} has how many [sides|corners]?", "[What is|Tell me] the number of [sides|corners] of a {x}[?|.]", "[Count|Please count] the [sides|corners] of a {x}[.|, please.]", "N:the number of [sides|corners] [of|on] a {x}", "I:how many [sides|corners] [a {x} has|{x}s have|there are on a {x}]"],
        "A {x} has {y} sides.", "{y}", SIDES, unknown=True),
    "mix": Relation("colours",
        ["[What|Which] colo[|u]r do {x} [make|give|become|produce|form][| together| when mixed]?", "[What do you get when you mix|What happens when you mix|What colour comes from|Which colour do I get if I mix|What colour do you get by mixing|When I mix|What comes out of mixing|What becomes of|What is made by mixing|What colour is made from] {x}?", "[Mix|Please mix] {x}[.| for me.]", "{x} [mixed|together|mixed together] [make|give|are|is] [what|which colour]?", "[If one mixes|When you mix|Mixing] {x}[,|:] [which colour do you get|what comes out|what colour is that|what is it|what do I get]?", "N:the mix of {x}", "N:the colour [you get from|made of] {x}", "I:[what|which colour] {x} [make|give]"],
        "{X} make {y}.", "{y}", MIXES),
    "kind": Relation("things",
        ["[What is|What's|And what is] {a}?", "[What kind of thing is|What sort of thing is|What exactly is|What would you call|In a word, what is|How would you describe|What type of thing is|What do you know about|Which kind of thing is] {a}?", "[Describe|Define|Explain] {a}[.| in a few words.| in short.| shortly.| to me.]", "[In short|Shortly|Briefly|In a few words|In simple words], what is {a}?", "{a}[:|,] what is [that|it]?", "I:what {a} is", "I:what [kind|sort] of thing {a} is", "I:what {a} is[| in short| in simple words]"],
        "{A} is a {y}.", "{y}", KINDS, unknown=True),
    "plural": Relation("words",
        ["[What is|What's|Tell me|Give me] the plural [form |]of {q}{x}{q}[?|.]", "[One {x}, two|More than one {x}|One {x}, many]?", "[How do you say|What do you call|What is] more than one {x}?", "[How do you form|How do I make|What becomes] the plural of {q}{x}{q}?", "{q}{x}{q}[:|,] [plural|what is the plural|in the plural]?", "{q}{x}{q} in the plural[?| is?]", "N:the plural [form |]of {q}{x}{q}", "N:the plural of the word {q}{x}{q}", "I:[what|how] the plural of {q}{x}{q} is"],
        "The plural of {x} is {y}.", "{y}", PLURALS),
}

def most(adjective: str, noun: str) -> list[str]:
    """Ways to ask for what is the most of its kind."""
    return [f"[Which|What|Which one] is the {adjective} {noun}[|| of all| in the world| there is| of them all| that exists| that we know]?", f"[Which|What] {noun} is [the |]{adjective}[|| of all| of them all| in the world]?", f"[Among|From|Out of|In the list of] [all|all the|the] {noun}s, [which|which one|what] is [|the ]{adjective}?",
            f"N:the {adjective} {noun}", f"N:the {adjective} {noun}[ of all| in the world| there is|, by name]", f"I:[which|what] {noun} is the {adjective}", f"I:[which|what] is the {adjective} {noun}[| of all]", f"The {adjective} {noun}[? | is what?| is which?| is called what?|, please]"]


# Ways to ask; the answer; the one word; the subject.
SINGLE: list[tuple[list[str], str, str, str]] = [
    (["How many letters [does|has|are there in|make up|are part of|form] [the|our|the English] alphabet[?| have?| have got?]", "[The|Our] alphabet [has|consists of|is made of] how many letters?", "N:the number of letters in the alphabet", "I:how many letters [the alphabet has|there are in the alphabet|the English alphabet has|make up the alphabet]"], "There are 26 letters in the alphabet.", "26", "numbers"),
    (["[Which|What] planet is [very close|closest|next|the nearest one|the nearest] to the [Sun|sun]?", "N:the planet [closest|nearest|next] to the [Sun|sun]", "I:which planet is [closest|nearest] to the [Sun|sun]", "[Close|Nearest] to the Sun is [which|what] planet?", "[Which|What] planet has the [Sun|sun] as its neighbour?", "[Which|What] planet is [the closest|closest|nearest] to the [Sun|sun]?", "[What is|Name] the [first|innermost|closest] planet [of the solar system|from the Sun]?"], "Mercury is the planet closest to the Sun.", "Mercury", "planets"),
    ([*most("hottest", "planet"), "[Which|What] is the hottest planet?", "[Which|What] planet is the hottest?", "[What is|Name] the second planet from the Sun?"], "Venus is the second planet from the Sun, and the hottest.", "Venus", "planets"),
    (["[What|How] is [our|the] [planet|own planet|home planet] called?", "[What is|Tell me|Say] the name of our [own |home |]planet[?|.]", "N:the name of our planet", "I:[which|what] planet we [live on|are on]", "[Which|What] planet [is our home|is ours|carries us|are we standing on|do humans live on]?", "[Which|What] planet do we live on?", "On [which|what] planet [are we|do we live|do people live]?", "[What is|Name] the third planet from the Sun?"], "We live on Earth, the third planet from the Sun.", "Earth", "planets"),
    (["[Which|What] planet [is|looks] red[|, please]?", "[Which|What] planet do [we|people] call [red|the red one|the red planet]?", "N:the red planet", "I:which planet is [red|called the red planet|the red one]", "The red planet[?| is which?| is what?| is called?]", "[Which one of the planets|Which of the planets] is red?", "[Which|What] planet is [called|known as] the red planet?", "[What is|Name] the red planet?", "[Which|What] planet is red?", "[What is|Name] the fourth planet from the Sun?"], "Mars is the red planet, the fourth from the Sun.", "Mars", "planets"),
    ([*most("[biggest|largest|greatest]", "planet"), "[Which|What] is the [biggest|largest] planet[| of the solar system]?", "[Which|What] planet is the [biggest|largest]?", "[What is|Name] the fifth planet from the Sun?"], "Jupiter is the largest planet, the fifth from the Sun.", "Jupiter", "planets"),
    (["[Which|What] planet [wears|is famous for|is known for|shows|comes with] [rings|its rings|big rings]?", "N:the planet [with|that has] [rings|the rings|big rings]", "I:which planet [has big rings|is the one with rings|wears rings]", "[Which one of the planets|Around which planet] [has|are there] rings?", "[Which|What] planet has [rings|big rings|the rings]?", "[What is|Name] the planet with [the rings|rings]?", "[What is|Name] the sixth planet from the Sun?"], "Saturn is the planet with the big rings, the sixth from the Sun.", "Saturn", "planets"),
    (["[What is|Name] the seventh planet from the Sun?", "[Which|What] planet [lies|rolls] on its side?"], "Uranus is the seventh planet from the Sun.", "Uranus", "planets"),
    (["[What is|Name] the [eighth|last|outermost] planet[| from the Sun]?", "[Which|What] planet is [farthest from|the farthest from] the [Sun|sun]?"], "Neptune is the planet farthest from the Sun.", "Neptune", "planets"),
    ([*most("[smallest|tiniest]", "planet"), "[Which|What] is the smallest planet?", "[Which|What] planet is the smallest?"], "Mercury is the smallest planet.", "Mercury", "planets"),
    (["N:[all planets|all the planets|the eight planets|the names of the planets]", "I:what the planets are[| called]", "[What|How] are the [|eight ]planets called?", "[Which|What] planets [are there|do you know|are in our solar system|exist]?", "[List|Name] [every planet|the planets, please|all eight planets][.|!|]", "[Name|List|Tell me|What are] [the planets|all planets|the planets of the solar system|all the planets][.|?]"], "The planets are Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus and Neptune.", "Eight", "planets"),
    (["[What|Which star] is at the centre of the solar system?", "[What does the Earth go around|What does Earth orbit|What gives us light by day]?"], "The Sun is at the centre of the solar system.", "Sun", "planets"),
    (["[What|What thing] [goes around the Earth|orbits the Earth|shines at night]?", "What is the Earth's satellite called?"], "The Moon goes around the Earth.", "Moon", "planets"),
    (["[Who was|Who is|Name] the first [man|person|human] on the [Moon|moon]?", "Who [walked|stepped] on the [Moon|moon] first?"], "Neil Armstrong was the first person on the Moon.", "Armstrong", "history"),
    (["[Who was|What is the name of|Which man was] the [writer|author] of [Romeo and Juliet|Hamlet|Macbeth]?", "[Romeo and Juliet|Hamlet|Macbeth] [was|is] [written|] by whom?", "By whom [is|was] [Romeo and Juliet|Hamlet|Macbeth][| written]?", "N:the [writer|author] of [Romeo and Juliet|Hamlet|Macbeth]", "I:who [wrote|is the author of|has written] [Romeo and Juliet|Hamlet|Macbeth]", "I:who wrote [Hamlet|Macbeth|Romeo and Juliet]", "[Which|What] [writer|author|poet] wrote [Romeo and Juliet|Hamlet|Macbeth]?", "[Who wrote|Who is the author of|Who is the writer of] [Romeo and Juliet|Hamlet|Macbeth]?"], "William Shakespeare wrote it.", "Shakespeare", "books"),
    (["[Which|What] [painter|artist] [painted|made|created] the Mona Lisa?", "[Whose work is the Mona Lisa|By whom is the Mona Lisa|The Mona Lisa was painted by whom]?", "N:the painter of the Mona Lisa", "I:who [painted|made|created|is the painter of] the Mona Lisa", "[Who painted|Who is the painter of|Who made] the Mona Lisa?"], "Leonardo da Vinci painted the Mona Lisa.", "Leonardo", "art"),
    (["[Who discovered|Who found|Who thought of] gravity?"], "Isaac Newton explained gravity.", "Newton", "science"),
    (["[Who invented|Who made|Who built] the [telephone|phone]?"], "Alexander Graham Bell invented the telephone.", "Bell", "science"),
    (["[Who invented|Who made] the [light bulb|lightbulb]?"], "Thomas Edison made the light bulb famous.", "Edison", "science"),
    (["[Who developed|Who invented|Who came up with|Who found] the theory of relativity?"], "Albert Einstein developed the theory of relativity.", "Einstein", "science"),
    (["[At what|At which|At what exact] temperature [does water boil|will water boil|starts water to boil]?", "[How hot|How many degrees hot|How warm] must water be to boil?", "[How many degrees does water need|How many degrees are needed|What temperature is needed] to boil[| water]?", "Water boils at [what|which|how many] [temperature|degrees]?", "N:the boiling point of water", "N:the temperature at which water boils", "I:[when|at what temperature|how hot] water boils", "[At what temperature does|When does] water boil?", "[What is|Tell me] the boiling point of water[?|.]", "How hot is boiling water?"], "Water boils at 100 degrees Celsius.", "100", "science"),
    (["Water freezes at [what|which|how many] [temperature|degrees]?", "[How cold must it be|How cold is it|At how many degrees is it] when water freezes?", "N:the freezing point of water", "I:[when|at what temperature] water freezes", "[At what temperature does|When does] water freeze?", "[What is|Tell me] the freezing point of water[?|.]", "How cold is freezing water?"], "Water freezes at 0 degrees Celsius.", "0", "science"),
    (["[What is|What's] [frozen water|water when it freezes] called?", "What does water become when it freezes?", "What is frozen water?"], "Frozen water is called ice.", "Ice", "science"),
    (["[What is|What's] the [chemical |]formula [of|for] water?", "What is water made of?"], "Water is H2O: hydrogen and oxygen.", "H2O", "science"),
    ([*most("[largest|biggest|widest]", "ocean"), "[What is|Name|Which is] the [largest|biggest] ocean[| on Earth| of the world][?|.]", "Which ocean is the [largest|biggest]?"], "The Pacific is the largest ocean.", "Pacific", "geography"),
    ([*most("[highest|tallest|biggest]", "mountain"), "[What is|Name|Which is] the [highest|tallest] mountain[| on Earth| of the world][?|.]", "Which mountain is the [highest|tallest]?"], "Mount Everest is the highest mountain.", "Everest", "geography"),
    ([*most("longest", "river"), "[What is|Name|Which is] the longest river[| on Earth| of the world][?|.]", "Which river is the longest?"], "The Nile is the longest river.", "Nile", "geography"),
    ([*most("[largest|biggest]", "country"), "[What is|Name|Which is] the [largest|biggest] country[| on Earth| of the world][?|.]", "Which country is the [largest|biggest]?"], "Russia is the largest country.", "Russia", "geography"),
    ([*most("[smallest|tiniest]", "country"), "[What is|Name|Which is] the smallest country[| on Earth| of the world][?|.]", "Which country is the smallest?"], "Vatican City is the smallest country.", "Vatican", "geography"),
    ([*most("[largest|biggest]", "continent"), "[What is|Name|Which is] the [largest|biggest] continent[?|.]", "Which continent is the [largest|biggest]?"], "Asia is the largest continent.", "Asia", "continents"),
    ([*most("smallest", "continent"), "[What is|Name|Which is] the smallest continent[?|.]", "Which continent is the smallest?"], "Australia is the smallest continent.", "Australia", "continents"),
    (["[Name|List|What are] [the continents|all continents|the seven continents][.|?]"], "The continents are Africa, Antarctica, Asia, Australia, Europe, North America and South America.", "Seven", "continents"),
    ([*most("[largest|biggest]", "desert"), "[What is|Name|Which is] the [largest|biggest] desert[?|.]", "[Which|What] is the big desert in Africa?"], "The Sahara is the largest hot desert.", "Sahara", "geography"),
    (["[Which|What] city [is home to|do I visit to see|do you find|has got] the Eiffel Tower?", "[Where|Where exactly] [does the Eiffel Tower stand|can I see the Eiffel Tower|do I find the Eiffel Tower|was the Eiffel Tower built]?", "The Eiffel Tower [is|stands] [where|in which city]?", "N:the city [of|with] the Eiffel Tower", "I:[where|in which city] the Eiffel Tower [is|stands]", "[Where is|In which city is|In what city can I see|Which city has] the Eiffel Tower?"], "The Eiffel Tower is in Paris.", "Paris", "geography"),
    (["[Where is|In which city is|Which city has|In what city can I see] Big Ben?"], "Big Ben is in London.", "London", "geography"),
    (["[Where are|In which country are|Which country has] the [great |]pyramids?"], "The great pyramids are in Egypt.", "Egypt", "geography"),
    (["[Where is|In which country is|Which country built] the Great Wall?"], "The Great Wall is in China.", "China", "geography"),
    (["[Where is|In which city is|Which city has] the Colosseum?"], "The Colosseum is in Rome.", "Rome", "geography"),
    (["[Where is|In which city is|Which city has] the Statue of Liberty?"], "The Statue of Liberty is in New York.", "New York", "geography"),
    ([*most("[largest|biggest|heaviest]", "animal"), "[What is|Name|Which is] the [largest|biggest] animal[?|.| on Earth?]", "Which animal is the [largest|biggest]?"], "The blue whale is the largest animal.", "Whale", "animals"),
    (["[Which|What] animal has the longest neck?", *most("tallest", "animal"), "[What is|Name|Which is] the tallest animal[?|.]", "Which animal is the tallest?", "Which animal has a very long neck?"], "The giraffe is the tallest animal.", "Giraffe", "animals"),
    ([*most("fastest", "[animal|land animal]"), "[What is|Name|Which is] the fastest [land |]animal[?|.]", "Which [land |]animal is the fastest?"], "The cheetah is the fastest land animal.", "Cheetah", "animals"),
    (["[Which animal is|Who is|What is|What animal is called] the king of the jungle?"], "The lion is called the king of the jungle.", "Lion", "animals"),
    (["[Which animal has|What animal has|Who has] a trunk?", "Which animal is big and has a trunk?"], "The elephant has a trunk.", "Elephant", "animals"),
    (["[Who|Which animals|What animals|Which insects|What insect] [makes|make|made|produces|gives us] honey?", "Honey [comes from|is made by] [what|whom|which animal]?", "I:[who makes honey|which animal makes honey|where honey comes from]", "[Which|What] [creature|animal|insect] do we get honey from?", "[Who makes|What makes|Which animal makes|Where does] honey[?| come from?]"], "Bees make honey.", "Bees", "animals"),
    (["[Where does milk come from|Which animal gives milk|Who gives us milk]?"], "Milk comes from cows.", "Cows", "animals"),
    (["[Where does wool come from|Which animal gives wool|Who gives us wool]?"], "Wool comes from sheep.", "Sheep", "animals"),
    (["[Which animal|What|Who] lays eggs on a farm?", "[Where do eggs come from|Which animal gives us eggs]?"], "Eggs come from hens.", "Hens", "animals"),
    (["[What do pandas eat|What does a panda eat|What is the food of a panda]?"], "Pandas eat bamboo.", "Bamboo", "animals"),
    (["[What do rabbits eat|What does a rabbit eat|What is the food of a rabbit]?"], "Rabbits eat grass and carrots.", "Grass", "animals"),
    (["[What do cats eat|What does a cat eat|What do cats like to hunt]?"], "Cats eat fish and mice.", "Fish", "animals"),
    (["[What do cows eat|What does a cow eat]?"], "Cows eat grass.", "Grass", "animals"),
    (["[What do plants need|What does a plant need] to grow?", "What do flowers need?"], "Plants need water, light and air.", "Water", "science"),
    (["[What do we breathe|What do people breathe|What gas do we need to breathe]?"], "We breathe air, which has oxygen in it.", "Oxygen", "science"),
    ([*most("hardest", "[stone|gem|material]"), "[What is|Name|Which is] the hardest [natural material|stone|gem][?|.]"], "Diamond is the hardest natural material.", "Diamond", "science"),
    (["[What pumps blood|Which organ pumps the blood|What does the heart do]?"], "The heart pumps blood through the body.", "Heart", "body"),
    (["[What do we see with|What do people see with|Which part of the body sees]?"], "We see with our eyes.", "Eyes", "body"),
    (["[What do we hear with|What do people hear with|Which part of the body hears]?"], "We hear with our ears.", "Ears", "body"),
    (["[What do we smell with|What do people smell with|Which part of the body smells]?"], "We smell with our nose.", "Nose", "body"),
    (["[Which|What] [seasons|are the seasons] [are there|of the year|does a year have]?", "[How|What] are the [|four ]seasons called?", "N:[all seasons|the four seasons|the seasons of the year|all four seasons]", "I:what the [|four ]seasons are[| called]", "[What are|Name|List|Tell me] the [four |]seasons[?|.]"], "The seasons are spring, summer, autumn and winter.", "Four", "seasons"),
    ([*most("[hottest|warmest]", "season"), "[Which|What] season is the [hottest|warmest]?", "What is the [hottest|warmest] season?"], "Summer is the warmest season.", "Summer", "seasons"),
    ([*most("coldest", "season"), "[Which|What] season is the coldest?", "What is the coldest season?"], "Winter is the coldest season.", "Winter", "seasons"),
    (["[What are|Name|List|Tell me] the colours of the rainbow[?|.]"], "The colours of the rainbow are red, orange, yellow, green, blue, indigo and violet.", "Seven", "colours"),
    (["[What are|Name|List|Tell me] the [three |]primary colours[?|.]"], "The primary colours are red, yellow and blue.", "Three", "colours"),
    (["[What is|What's] bread made [of|from]?", "What do bakers make bread from?"], "Bread is made from flour and water.", "Flour", "food"),
    (["[What is|What's] [cheese|butter] made [of|from]?"], "It is made from milk.", "Milk", "food"),
    (["[What is|What's] wine made [of|from]?"], "Wine is made from grapes.", "Grapes", "food"),
    (["[What is|What's] paper made [of|from]?"], "Paper is made from wood.", "Wood", "things"),
    (["[What is|What's] glass made [of|from]?"], "Glass is made from sand.", "Sand", "things"),
    (["[On what day|When] is Christmas?", "[What is|Tell me] the date of Christmas[?|.]"], "Christmas is on December 25.", "December", "days"),
    (["[On what day|When] is New Year?", "[What is|Tell me] the first day of the year[?|.]"], "New Year is on January 1.", "January", "days"),
    (["[When|In what year] did [the Second World War|World War Two] end?"], "The Second World War ended in 1945.", "1945", "history"),
    (["[Who was|Name] the first president of the United States[?|.]"], "George Washington was the first president of the United States.", "Washington", "history"),
    (["[What is|Tell me] [pi|the number pi|the value of pi][?|.]"], "Pi is about 3.14.", "3.14", "numbers"),
    (["[Why is the sky blue|What makes the sky blue]?"], "The air scatters blue light the most, so the sky looks blue.", "Light", "science"),
    (["[Why does it rain|Where does rain come from|What makes rain]?"], "Rain falls when water in the clouds gets too heavy.", "Clouds", "science"),
    (["[Where does the sun rise|In which direction does the sun rise|Where does the Sun come up]?"], "The Sun rises in the east.", "East", "science"),
    (["[Where does the sun set|In which direction does the sun set|Where does the Sun go down]?"], "The Sun sets in the west.", "West", "science"),
]
