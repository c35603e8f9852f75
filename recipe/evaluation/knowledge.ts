import { ask, type Case, type Family, matches, says } from "./case.ts";
import { cycle, heldOut } from "./held_out.ts";

const article = (noun: string) => (/^[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`);

function table(ways: readonly string[], pairs: Readonly<Record<string, string>>): Case[] {
  return Object.entries(pairs).map(([x, y], i) =>
    ask(cycle(ways, i).replace("{x}", x).replace("{a}", article(x)), says(y)),
  );
}

export const knowledge: Family = {
  name: "general knowledge",
  cases: [
    ...table(
      [
        "Please name {x}'s capital city.",
        "Name the capital city of {x}, please.",
        "I forgot: which city is {x}'s capital?",
        "What would be the capital of {x}?",
      ],
      {
        France: "Paris",
        Germany: "Berlin",
        Italy: "Rome",
        Spain: "Madrid",
        Japan: "Tokyo",
        China: "Beijing",
        Egypt: "Cairo",
        Canada: "Ottawa",
        Norway: "Oslo",
        Sweden: "Stockholm",
        Poland: "Warsaw",
        Kenya: "Nairobi",
        Australia: "Canberra",
        Turkey: "Ankara",
        Peru: "Lima",
        Brazil: "Brasilia",
        Thailand: "Bangkok",
        Cuba: "Havana",
        "New Zealand": "Wellington",
        Austria: "Vienna",
        Hungary: "Budapest",
        Finland: "Helsinki",
        Ireland: "Dublin",
        Vietnam: "Hanoi",
      },
    ),
    ...table(["Which country's capital is {x}?", "{x} is the capital city of which country?"], {
      Paris: "France",
      Rome: "Italy",
      Tokyo: "Japan",
      Cairo: "Egypt",
      Oslo: "Norway",
      Lima: "Peru",
      Athens: "Greece",
      Madrid: "Spain",
    }),
    ...table(["To which continent does {x} belong?", "What continent does {x} belong to?"], {
      France: "Europe",
      Kenya: "Africa",
      Japan: "Asia",
      Brazil: "South America",
      Canada: "North America",
      Spain: "Europe",
      India: "Asia",
      Egypt: "Africa",
    }),
    ...table(["Which language do they speak in {x}?", "What is the main language of {x}?"], {
      France: "French",
      Brazil: "Portuguese",
      Mexico: "Spanish",
      Austria: "German",
      Japan: "Japanese",
    }),
    ...table(["Which noise does {a} make?", "What sound comes from {a}?"], {
      cow: "moo",
      dog: "woof",
      cat: "meow",
      sheep: "baa",
      duck: "quack",
      lion: "roar",
      pig: "oink",
      owl: "hoot",
    }),
    ...table(["What do you name the baby of {a}?", "What is the young {x} called?"], {
      dog: "puppy",
      cat: "kitten",
      cow: "calf",
      sheep: "lamb",
      horse: "foal",
      frog: "tadpole",
      goat: "kid",
      bear: "cub",
    }),
    ...table(["What number of legs does {a} have?", "Say how many legs {a} has."], {
      spider: "eight",
      dog: "four",
      ant: "six",
      bird: "two",
      horse: "four",
      bee: "six",
    }),
    ...table(["What colour do you see on {a}?", "Which colour does {a} usually have?"], {
      banana: "yellow",
      tomato: "red",
      carrot: "orange",
      elephant: "grey",
      swan: "white",
      cucumber: "green",
      lemon: "yellow",
      flamingo: "pink",
    }),
    ...table(
      [
        "What word is the opposite of {x}?",
        "Please give me the opposite of {x}.",
        "If it is not {x}, it is the opposite. Which is that?",
        "Tell me the word opposite to {x}.",
      ],
      {
        hot: "cold",
        big: "small",
        day: "night",
        fast: "slow",
        rich: "poor",
        wet: "dry",
        heavy: "light",
        open: "closed",
        strong: "weak",
        empty: "full",
        early: "late",
        clean: "dirty",
        north: "south",
        love: "hate",
        war: "peace",
        summer: "winter",
      },
    ),
    ...table(["How many {x}, please?", "Could you tell me how many {x}?", "I'd like to know how many {x}."], {
      "seconds are in a minute": "60",
      "minutes are in an hour": "60",
      "hours are in a day": "24",
      "days are in a week": "7",
      "months are in a year": "12",
      "years are in a century": "100",
      "metres are in a kilometre": "1000",
      "grams are in a kilogram": "1000",
      "letters are in the alphabet": "26",
      "planets are in the solar system": "8",
      "wheels are on a car": "4",
      "arms are on an octopus": "8",
    }),
    ...table(["Say how many sides {a} has.", "What number of sides does {a} have?"], {
      triangle: "three",
      square: "four",
      hexagon: "six",
      pentagon: "five",
    }),
    ...table(["Which colour results from {x}?", "If I mix {x}, which colour is that?"], {
      "red and blue": "purple",
      "blue and yellow": "green",
      "red and yellow": "orange",
    }),
    ...table(["Say in a few words what {a} is.", "Do you happen to know what {a} is?"], {
      rose: "flower",
      piano: "instrument",
      hammer: "tool",
      whale: "mammal",
      penguin: "bird",
      salmon: "fish",
      oak: "tree",
      bee: "insect",
      carrot: "vegetable",
      bus: "vehicle",
    }),
    ...table(["Which word is the plural of {x}?", "Give the plural of {x}, please."], {
      mouse: "mice",
      child: "children",
      tooth: "teeth",
      leaf: "leaves",
    }),
    ask("Of all planets, which is the largest?", says("Jupiter")),
    ask("Which one is the red planet?", says("Mars")),
    ask("Which planet is nearest to our Sun?", says("Mercury")),
    ask("Tell me which planet has rings around it.", says("Saturn")),
    ask("What is the name of the planet we live on?", says("Earth")),
    ask("Can you name all the planets?", matches(/Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus and Neptune/)),
    ask("Do you know who painted the Mona Lisa?", says("Leonardo da Vinci")),
    ask("Do you know who wrote Hamlet?", says("Shakespeare")),
    ask("Tell me the highest mountain on Earth.", says("Everest")),
    ask("Tell me the longest river in the world.", says("Nile")),
    ask("Which is the biggest ocean of all?", says("Pacific")),
    ask("Which animal is the tallest of all?", says("giraffe")),
    ask("In what city does the Eiffel Tower stand?", says("Paris")),
    ask("At how many degrees does water boil?", says("100")),
    ask("Do you know who makes honey?", says("bees")),
    ask("Can you list the four seasons?", matches(/spring, summer, autumn and winter/i)),
  ],
};

const strange = [
  "What would be the capital of {x}?",
  "Which noise does {a} make?",
  "What do you know about the animal called {x}?",
  "Which language do they speak in {x}?",
  "To which continent does {x} belong?",
  "Do you happen to know what {a} is?",
  "Say how many legs {a} has.",
];
const isCountry = (x: string) => /^[A-Z]/.test(x);
const forCountries = strange.filter((_, i) => [0, 3, 4].includes(i));
const forCreatures = strange.filter((_, i) => ![0, 3, 4].includes(i));

export const unknown: Family = {
  name: "made-up things are unknown",
  cases: heldOut.made_up.flatMap((x, i) =>
    [0, 1].map((k) => {
      const ways = isCountry(x) ? forCountries : forCreatures;
      return ask(
        cycle(ways, i + k)
          .replace("{x}", x)
          .replace("{a}", article(x)),
        matches(/don't know|never heard|cannot|did not understand/i),
      );
    }),
  ),
};
