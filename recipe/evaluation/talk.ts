import { ask, both, type Case, type Family, matches } from "./case.ts";

const greetings = [
  "Hi there, little model!",
  "hello hello",
  "Good morning to you, Octavo",
  "hey, anybody home?",
  "Greetings, small machine.",
  "Hello, how nice to see you",
  "good evening my friend",
  "HELLOOO",
  "Hi! I just installed you.",
  "heya",
];
const wellbeing = [
  "How are you doing this evening?",
  "Are you doing well today?",
  "Hey, how's life?",
  "how r u",
  "And how do you feel this morning?",
];
const identity = [
  "Could you tell me who you are?",
  "Sorry, who is speaking?",
  "What do people call you?",
  "What's your name, please?",
  "Who exactly are you?",
  "I forgot your name, what is it?",
  "What sort of program are you?",
  "Please tell me your name.",
  "and you are?",
  "Which model am I talking to?",
];
const abilities = [
  "What sort of things can you do for me?",
  "So what are you able to help with?",
  "Tell me your abilities.",
  "What could I ask you?",
  "How could you help me?",
];
const human = ["Are you some kind of human being?", "Are you actually a real person?", "Is there a human behind this?"];
const thanks = [
  "Thank you kindly!",
  "Thanks, that was great",
  "Many many thanks to you",
  "thx a lot",
  "Wonderful, thank you so much!",
  "Thanks for helping me out",
];
const farewells = [
  "Bye for now!",
  "Okay, goodbye then",
  "See you next time",
  "I'm going to bed, good night",
  "Time for me to go. Bye!",
  "bye bye little bot",
  "Farewell, my friend",
];
const sad = ["I feel a bit sad today", "I'm really sad this evening.", "Today I am so tired", "I am feeling lonely"];
const glad = ["I am very happy this morning!", "I'm feeling great", "Today I feel good"];
const jokes = ["Could you tell me a joke, please?", "I'd love to hear a joke", "Tell me another joke"];

const each = (users: readonly string[], pattern: RegExp): Case[] => users.map((user) => ask(user, matches(pattern)));

export const talk: Family = {
  name: "greetings and small talk",
  cases: [
    ...each(greetings, /\b(hello|hi|good (morning|evening|day))\b/i),
    ...each(wellbeing, /\bfine\b|\bwell\b/i),
    ...each(abilities, /chat|stories|facts/i),
    ...each(thanks, /welcome/i),
    ...each(farewells, /goodbye|bye/i),
    ...each(sad, /sorry/i),
    ...each(glad, /glad/i),
    ...each(jokes, /^(Why|What) .*\?.*!/),
  ],
};

export const who: Family = {
  name: "who are you",
  cases: [
    ...each(identity, /Octavo/),
    ...human.map((user) => ask(user, both(matches(/not a human/), matches(/model/)))),
    ...each(["Who trained you, and how?", "Tell me who made you.", "Which people built you?"], /recipe/),
    ...each(["Are you larger than ChatGPT?", "Do you have many parameters?", "Are you a big model?"], /small/),
  ],
};
