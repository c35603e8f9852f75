"""Words that nobody has met before, of many make-ups: only copying can give them back."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from held_out import HELD_OUT_WORDS

ONSETS = "b bl br c ch cr d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sh sk sl sn sp st t th tr tw v w wh y z".split()
VOWELS = "a e i o u a e i o u ai ea ee ie oo ou".split()
CODAS = " , , ,b,ck,d,f,g,l,ll,m,n,nd,ng,nk,nt,p,r,rd,rn,s,sh,sk,ss,st,t,th,x,z".replace(" ", "").split(",")
LETTERS = "aaabcdeeeefghiiijklmmnnoooppqrrsssttuuvwxyz"
# Halves of these are put together anew.
PIECES = """adventure afternoon alexander alfred amanda anthony apricot argentina arthur astronaut atlantic augustus australia avenue
balcony baltimore bandage barcelona benjamin bernadette birmingham blanket bluebell bohemia bolivia bracelet brigitte
bucket buffalo cabinet calendar cambridge camilla candlestick caravan cardigan casablanca catherine cathedral charlotte chestnut
chimney christopher cinnamon claudia colorado compass constantin coriander cornelia cottage cucumber cypress daffodil damascus
dagmar delaware desmond dominic dorothy dragonfly dresden dungeon eagle ebony edmund eleanor electric elephant elisabeth emerald
engine ephraim ernestine escalator ethiopia eugene evergreen fabian falcon ferdinand festival fiddle firework flamingo florian
forget fortress frederick frankfurt gabriella galaxy gardener gerald ginger gisela goblin gondola granada grasshopper gregory
guinevere gulliver gymnast hannibal harbour harmony harvest hedwig hercules hildegard hollow horizon hubert humphrey hyacinth
igloo imogen indigo ingot irving isolde ivory jacqueline jamboree jeremy jericho jonathan journey jubilee juniper justine kangaroo
katarina kerosene kestrel kingfisher klondike konrad labyrinth lancelot laurence lavender leopold lighthouse lilac lorenzo lucinda
ludwig lullaby lyra macaroni madeleine magdalena magnolia mandolin manfred marigold marmalade matilda maximilian meadow melody
mercury meridian milwaukee minerva moccasin monica mosquito mulberry mustard nathaniel navigator nebula nicholas nightingale
nocturne norbert nutmeg octavia oleander olympia omelette orchestra orlando osprey ottawa oxygen paddington paprika parasol
patricia pelican penelope peppermint percival philippa pineapple platypus polaris porcelain porcupine quadrant quarry quentin quince
quiver radish rainbow randolph raspberry rebecca reginald rhubarb roderick rosemary rupert saffron salamander samantha sapphire
saxophone scarecrow sebastian serenade shadow sheffield sigmund skylark solomon spinach sturgeon sunflower sycamore sylvester symphony
tambourine tangerine tarragon temperance theodore thistle timothy toboggan tornado trinidad tulip turnip turquoise tuxedo ulrich
umber unicorn uranium ursula vagabond valentine vanilla velocity veronica vesper vincent virginia vivian volcano waffle walnut
waterfall whisper wilhelmina windmill winifred wisconsin wombat xander xylophone yellowstone yogurt yolanda zachary zenith zeppelin
zinnia zodiac zucchini graduate situate punctuate evacuate actuate fluctuate perpetuate insinuate evade evaporate local loyal lobster locate logic lonely lookout""".split()


# Every word of the recipe itself: the tokenizer has pieces of these, and each must be copied somewhere.
VOCABULARY = sorted({
    word for path in sorted(Path(__file__).parent.glob("**/*.py")) for word in re.findall(r"[A-Za-z]{3,12}", path.read_text()) if word.lower() not in HELD_OUT_WORDS
})


def syllables(rng: Random, count: int) -> str:
    return "".join(
        rng.choice(ONSETS if i or rng.random() < 0.85 else [""]) + rng.choice(VOWELS) + (rng.choice(CODAS) if i == count - 1 or rng.random() < 0.4 else "")
        for i in range(count)
    )


def glued(rng: Random) -> str:
    """The beginning of one word and the end of another."""
    a, b = rng.choice(PIECES), rng.choice(PIECES)
    return a[: rng.randint(2, 5)] + b[-rng.randint(2, 5) :]


def changed(rng: Random) -> str:
    """A word with a letter or two gone, new or doubled."""
    found = rng.choice(PIECES)
    for _ in range(rng.choice([1, 2, 2])):
        i = rng.randrange(len(found))
        found = found[:i] + rng.choice(["", rng.choice(LETTERS), found[i] * 2, rng.choice(LETTERS) + found[i]]) + found[i + 1 :]
    return found


def pieced(rng: Random) -> str:
    """Pieces of ordinary words in a row."""
    found = ""
    for _ in range(rng.choice([2, 2, 3])):
        whole = rng.choice(VOCABULARY)
        start = rng.choice([0, 0, rng.randrange(len(whole) - 1)])
        found += whole[start : start + rng.randint(2, 7)]
    return found.lower()


def scrambled(rng: Random) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(3, 7)))


def made_up(rng: Random, count: int | None = None) -> str:
    """A word of syllables that no language has (or hardly), in lower case."""
    while True:
        word = syllables(rng, count or rng.choice([1, 2, 2, 2, 3]))
        if 3 <= len(word) <= 11:
            return word


def coined(rng: Random) -> str:
    """Three to twelve letters, in lower case."""
    while True:
        luck = rng.random()
        word = made_up(rng) if luck < 0.28 else pieced(rng) if luck < 0.6 else glued(rng) if luck < 0.82 else changed(rng) if luck < 0.93 else scrambled(rng)
        if 3 <= len(word) <= 12:
            return word


def unheld(rng: Random, make: Callable[[], str]) -> str:
    """What `make` gives, unless the evaluation keeps it for itself."""
    while (found := make()).lower() in HELD_OUT_WORDS:
        pass
    return found
