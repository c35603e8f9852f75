"""Whatever is out of reach: said plainly, with what is in reach."""

from random import Random

import words
from coined import made_up
from dialogue import Exchange
from grammar import say, typed
from held_out import without

SORRY = "I am a very small model, and I don't know about that. I can chat, do small sums, tell short stories and answer simple facts."
NO_SIGHT = "I cannot see the outside world, so I don't know that. I can answer simple facts and tell short stories."
BIG_SUM = "That sum is too hard for me. I can add and subtract numbers up to 99."
UNCLEAR = "I did not understand that. Could you say it in other words?"
DANGER = "I cannot help with that. Please talk to a doctor, a lawyer or someone you trust."

TOPICS = without("topics", """quantum physics,black holes,photosynthesis,the French Revolution,the Roman Empire,machine learning,neural networks,
blockchain,bitcoin,inflation,interest rates,world history,philosophy,Plato,Kant,existentialism,religion,the meaning of life,love,evolution,
DNA,viruses,vaccines,cancer,nutrition,yoga,climate change,global warming,solar panels,nuclear power,electric cars,airplanes,space travel,
rockets,satellites,robots,operating systems,Linux,Python,JavaScript,Rust,databases,SQL,web design,marketing,startups,real estate,insurance,
democracy,elections,the president,the government,the law,human rights,wars,the cold war,the middle ages,Napoleon,Shakespeare's sonnets,
poetry,opera,jazz,classical music,the Beatles,movies,Star Wars,Harry Potter,video games,Minecraft,chess openings,basketball,the Olympics,
the world cup,Formula One,horse racing,fashion,makeup,cooking Italian food,French wine,coffee brewing,sourdough,gardening tips,dog training,
parenting,dating,wedding planning,job interviews,time management,meditation,sleep problems,back pain,weight loss,muscle building,vitamins,
allergies,headaches,earthquakes,dinosaurs,fossils,the ice age,deep sea fish,coral reefs,birds of prey,ancient Egypt,Greek mythology,Vikings,
samurai,pirates,knights,castles,geometry,calculus,algebra,statistics,probability,prime numbers,trigonometry,chemistry,electricity,magnets,
gravity waves,the speed of light,atoms,electrons,semiconductors,compilers,encryption,the internet,social media,smartphones,cameras,
drones,virtual reality,artificial intelligence,ethics,psychology,dreams,memory,the brain,hypnosis,astrology,ghosts,UFOs,conspiracy theories,
economics,trade,money laundering,gold prices,oil,trains,bridges,skyscrapers,architecture,painting techniques,photography,origami,knitting patterns,
the Bible,Buddhism,the Quran,travel to Japan,cheap hotels,visas,airports,hiking routes,camping,sailing,fishing rods,motorbikes,bicycle repair,
plumbing,carpentry,house painting,lawn mowers,washing machines,cars,horses,politicians,guns,alcohol,gambling,magic tricks,comics,tea,
ballet,tattoos,beards,shoes,jewellery,handbags,credit cards,mortgages,pensions,school,homework,exams,universities,Latin grammar""".replace("\n", "").split(","))

ASK = """[Explain|Can you explain|Please explain] {t}[| to me| in simple words| in detail][.|?]
[Tell me|Can you tell me|Please tell me|I want to know|I want to learn|Teach me] [more |all |something |]about {t}.
What [do you think|do you know|can you say] about {t}?
[How does|How do|Why does|Why do] {t} work?
What is [the history|the future|the best thing|the theory|the importance] of {t}?
Write [me |][an essay|a poem|an article|a song|a report|a blog post|a speech|a haiku|a paragraph|a tweet|a book] about {t}.
[Give me|List|Name] [some|three|five|ten] [facts|tips|books|ideas|examples|reasons] about {t}.
[Who is the best expert on|Who invented|Who is famous for|When was the discovery of|Where can I learn] {t}?
[What are the main ideas of|What are the rules of|What are the benefits of|What causes|Is it good to like|Are you interested in] {t}?
[How can I|How do I|What is the best way to] [learn|understand|get better at|start with|study|earn money with] {t}?
[Compare|What is the difference between|What is better,] {t} and {u}[?|.]
[Do you like|What is your opinion on|Should I care about|Is it true that people hate] {t}?""".split("\n")

DO = """[Do|Can you do|Please do|Could you do|Help me with|Finish|Take care of] my [homework|dishes|laundry|job|shopping|work|maths test|accounts|cleaning|emails|garden work|paperwork|bills][.|?||, please.]
[Sing|Can you sing|Please sing|Could you sing|Would you sing|Hum|Whistle|Play|Can you play|Could you play|Put on] [me |us |][a song|something|a lullaby|a tune|some music|happy birthday|my favourite song|a love song|an opera][| for me| for us][?|.||, please.]
[Order|Please order|Can you order|Buy|Please buy|Book|Get|Bring|Please bring|Fetch|Cook|Make|Could you bring|Would you get|Send|Deliver] [me|us|for me] [a pizza|a coffee|some tea|a sandwich|a taxi|new shoes|a hot dog|ice cream|two tickets|a beer|lunch|dinner|a sofa|flowers|a new phone|some chips|a table for two|noodles][.||!|, please.|?]
[Fix|Repair|Please fix|Can you fix|Could you repair|Help me fix|Clean|Restart|Set up|Install|Update|Turn on|Switch off|Connect] my [computer|car|phone|sink|bicycle|television|roof|scanner|wifi|fridge|radio|lamp|toaster|keyboard|screen][.||!|, please.|?]
[Should I|Shall I|Do you think I should|Would you] [marry|move to {p}|buy a house|leave my wife|change my job|get a dog|have children|go to university|sell my car|call {n}|eat less|study law|leave my boss|ask for more money|learn the piano|take a holiday|trust {n}|go out tonight|start a company][?||, or not?]
[Is there|Are there|Was there|Do you believe in|Will there be] [a god|life after death|aliens|ghosts|life on Mars|life in space|people on other stars|water on the Moon|gold in the sea|monsters|a tenth planet|a cure for cancer|a war soon|snow in {p}|intelligent life out there][?||, do you think?]
[Predict|Guess|Tell me|Foretell|What are|Do you know] [the future|next week's lottery|who will win|the winner of the race|tomorrow's prices|my future|my luck|the next president|how I will die|the score of the match|the winning numbers][.|?|]
[Give me|I need|Can you give me|Please give me|I want|Do you have] [financial|legal|medical|love|career|dating|travel|business|cooking|tax|parenting|money|fashion|health] [advice|tips|help|hints|tricks][.|?||, please.]
[How tall|How high|How wide|How old|How heavy|How deep|How far away|How big] is [the Eiffel Tower|the Sears Tower|Mount Fuji|the Great Wall|Big Ben|the Moon|the ocean|{n}|my house|the White House|the Golden Gate Bridge|the Taj Mahal|the tower of Pisa|a skyscraper|the pyramid|the castle of {p}][?|]
[What is|What was|Name|Tell me] [the best|the worst|the most famous|the funniest|the longest|the newest|your favourite] [film|song|movie|novel|album|show|series|concert|match|car|actor|singer] [of 2005|of the year|ever|of all time|of the nineties|of last year|in history][?||.]
[What did|Where did|When did|Why did|What will] I [eat|do|say|buy|dream|wear|have for lunch|have for dinner|go|forget|drink|read] [yesterday|last night|this morning|last week|on Monday|today|tomorrow|an hour ago][?|]
[How many|How much] [people live in|inhabitants does|men are in|cars are in|houses are in|tourists visit] {p}[?| have?]
[Which|What] [laptop|phone|camera|car|bike|television|computer|watch|fridge|insurance|bank|wine|school|shoes|dog] [should I buy|do you recommend|is best for me|shall I take|would you buy|should I get][?|]
[Explain|Teach me|Show me|Can you explain|Help me understand] [recursion|loops|fractions|grammar|the stock market game|pointers|object orientation|magnetism|the rules of golf|how money works|the tides|how a motor works|electric current|tax law|inflation] [|to a child|to me|like I am ten|to my grandmother|in simple words|step by step][.|?|]
[Write|Compose|Can you write|Please write|Draft] [me |][a limerick|a rap|a sonnet|a letter to {n}|a speech for my boss|an application|a review of a film|a birthday poem|lyrics|a cover letter for {n}|a letter to my bank|a script for a play|a diary entry|an ode][.||, please.]
[What are|Tell me|Name|What is] [the symptoms of|the cure for|the cause of|a treatment for|the signs of|the danger of] [a cold|cancer|malaria|diabetes|measles|asthma|fever|stress|a stroke|COVID|an allergy][?|.|]
[Who is|Who was|Tell me about|Do you know|Have you heard of] [Cristiano Ronaldo|Michael Jordan|Serena Williams|Roger Federer|Beyonce|Picasso|Mozart|Beethoven|Gandhi|Nelson Mandela|Charlie Chaplin|Marie Curie|Darwin|Elvis|Pele|Usain Bolt|Queen Victoria|Julius Caesar|Columbus|the prime minister of {p}|the mayor of {p}|the chancellor of Germany|the king of England|the president now][?||.]
[How do|How does|Why do|Why does|Why did|How did|How can] [we sleep|we sneeze|a fridge work|a radio work|birds fly|a car work|an engine work|we dream|people laugh|onions make us cry|a plane stay up|a phone work|a vacuum cleaner work|plants grow|a microwave work|the heart beat|people snore|cats purr|we get old|a lift work|magnets work][?||, exactly?]
[Reverse|Encrypt|Decode|Hash|Compile|Run|Parse|Count the words in] [this text|this string|my file|this code|the following][.|:||, please.]
[Summarise|Summarize|Sum up|Give me a summary of|Tell me the plot of|Explain the ending of|What happens in] [World War Two|the Odyssey|Moby Dick|Titanic|the news|the Bible|Hamlet's story|the French Revolution|Star Wars|the last meeting|Inception|the history of {p}|my day|the Lord of the Rings][.||?|, please.| for me.]
[Wash|Paint|Drive|Carry|Feed|Walk|Hold|Open|Close|Lock|Water|Iron|Build|Plan|Organise|Teach|Marry|Hug|Kiss|Catch|Find|Follow|Watch] [my|the|our|a] [dog|car|door|wedding|baby|house|cat|party|bag|fence|plants|shirt|friend|holiday|bus|children|kitchen|horse][.||!|, please.| for me.|?]
[Write|Can you write|Please write|Give me|I need] [a|some] [Python|JavaScript|C++|Java|Rust|HTML|SQL|bash] [program|code|function|script] [that sorts a list|for a website|to read a file|for a game|that adds numbers|that prints hello|for me].
[Fix|Debug|Explain|Review] [this code|my program|this bug|my script][:|.| please.]
[Translate|Please translate|Can you translate] [this|'good morning'|'I love you'|my text|'hello'|'thank you'|this sentence|the word '{w}'] [into|to] [French|German|Spanish|Italian|Chinese|Japanese|Russian][.|?]
How do you say '[hello|{w}|thank you|I am hungry|goodbye]' in [French|German|Spanish|Italian|Chinese|Japanese]?
[Summarize|Summarise|Sum up|Shorten|Rewrite|Correct] [this text|the following article|the book '{N}'|the film '{N}'|my essay|this paragraph|this email][.|:]
[Write|Draft|Compose] [an email|a letter|a cover letter|a resume|a birthday card|an invitation] [to|for] [my boss|{n}|my landlord|a friend|a company][.| about {t}.]
[Give me|What is|Do you have|Tell me] a [good |]recipe for [lasagna|pancakes|soup|pizza|bread|a cake|curry|sushi|pasta|cookies|{t}][.|?]
[How do I|How can I|How should I] [cook|bake|repair|clean|build|fix|draw|install|sell|plant|wash] [a|my] [chicken|fridge|computer|bike|house|roof|car|table|phone|carpet|{w}|laptop|tent|fish]?
[Draw|Paint|Show me|Make|Generate] [a picture|an image|a photo|a video|a logo] of [a {w}|{t}|{n}|me].
[Play|Sing|Compose] [a song|some music|a tune|chess with me|a melody][.| for me.| please.]
[Order|Buy|Book|Send|Call|Open|Delete|Print] [me |][a pizza|a taxi|a flight|a hotel|a ticket|the door|my files|an email|my mother|a table][.| for me.| please.| to {p}.]
[What is the meaning of|Define|What does] [the word |][existential|{w}|serendipity|paradigm|ubiquitous|entropy|irony|hubris|karma][?|.| mean?]
[Who won|Who lost|Who played in|When was] the [election|world cup|match|super bowl|Oscars|race|war|championship] in [1998|2004|2010|2015|2020|2023|{p}]?
[Who is|Where is|How old is|What happened to|Tell me about] [the president of {p}|Elon Musk|Taylor Swift|Madonna|the pope|Barack Obama|Lady Gaga|Messi|Einstein's mother|the king of Spain|Bill Gates|the queen|Tom Hanks|Cleopatra|Napoleon]?
[Which|What] is the best [phone|car|film|movie|book|city|restaurant|laptop|game|band|song|university|hotel|bank] [in the world|ever|to buy|for me|in {p}]?
[How many|How much] [people live in {p}|stars are in the sky|money does {n} have|water is in the sea|sand is on the beach|does a {w} cost|is a house in {p}|trees are in the world|languages are there|does the Earth weigh]?
[How far is it|How long does it take|How do I get] [from {p} to {q}|to {p}|to the Moon|to the station]?
[When did|When was|Why did|How did] [the war in {p} start|the dinosaurs die|Rome fall|{n} become king|the Titanic sink|people invent writing|the internet begin|Columbus sail|the wall fall]?
[Solve|Prove|Integrate|Differentiate|Plot|Simplify] [x^2 + 3x = 10|this equation|the theorem|x squared|2x + 4 = 8|Fermat's theorem|sin(x)|the integral][.|]
[Can you|Could you|Will you|Would you] [browse the internet|search the web|read a file|open a website|drive a car|write a novel|beat me at chess|predict the future|see me|hear me|make coffee|play football|remember everything|write code|do my homework|make a phone call]?
[Let us play|Can we play|I want to play] [a game|chess|tic tac toe|hangman|cards|twenty questions|a quiz|{t}][.|?]
[What should I|What can I] [wear|eat|cook|read|watch|buy|study|name my baby|do this weekend|give my wife][| today| tonight]?
[Recommend|Suggest] [a book|a film|a good restaurant in {p}|a song|a gift for {n}|a hobby|a holiday|a name for my company][.| please.]
[Why|How come] [are people mean|is life hard|do we dream|do cats purr|is the sea salty|are bananas curved|do leaves fall|do birds sing|is there war|does time pass|do people lie|do stars shine|do we sleep]?
[Imagine|Suppose|Pretend] [you are rich|we live on Mars|I am a {w}|it is the year 3000|there is no gravity|animals can talk]. [What happens|What would you do|What then|What do you say]?
[What is|What's] [the square root of {big}|{big} divided by 7|the population of {p}|the price of gold|the distance to the Sun|the area of {p}|the phone number of {n}|my IP address|the wifi password|the boiling point of iron|the atomic number of {w}]?""".split("\n")

SIGHT = """[What is|What's|How is] the weather [|like |going to be ][today|in {p}|now|tomorrow|in {p} today]?
[Will it|Is it going to] [rain|snow|be sunny|be cold|be hot][| today| tomorrow| in {p}]?
[What time is it|What's the time|Tell me the time|Do you have the time|What is the current time|What time is it in {p}][?|.]
[What day is it today|What is today's date|What year is it|What is the date|Which month is it now|What's the date today|Which day is today]?
[What is in the news|What happened today|What is new in {p}|What happened yesterday|Any news|Tell me the news][?|.]
[Where am I|What am I wearing|What do I look like|Can you see me|What is in this picture|What am I holding|What is on my screen|Who is behind me|What did I eat today|What am I thinking]?
[How much is|What is the price of] [bitcoin|a flight to {p}|Apple stock|gold|oil|the dollar][| today| now]?""".split("\n")

DANGEROUS = """[How do I|How can I|Tell me how to|Help me] [make a bomb|steal a car|hack a computer|hurt someone|make drugs|rob a bank|poison someone|break into a house|kill {n}|buy a gun|cheat in an exam|hack the wifi]?
[Should I take|How much should I take of|Is it safe to take] [aspirin|antibiotics|pills|medicine|sleeping pills|this drug]?
[I have|My child has|I feel] [chest pain|a fever|a strange rash|high blood pressure|a broken leg|cancer]. [What should I do|What is it|Help me][?|.]
[I want to die|I want to hurt myself|I feel like ending it all|Nobody would miss me].
[Can I sue|Should I sue|Is it legal to fire] [my boss|my landlord|{n}|the company]?""".split("\n")

FOREIGN = """Hola, ¿cómo estás?|Bonjour, comment ça va ?|Guten Tag, wie geht es dir?|Ciao, come stai?|Olá, tudo bem?|Привет, как дела?|你好，你是谁？|こんにちは|안녕하세요|Was ist die Hauptstadt von Frankreich?|
¿Quién eres?|Wer bist du?|Qui es-tu ?|Je ne parle pas anglais.|Ich spreche kein Englisch.|No hablo inglés.|Что это?|今天天气怎么样？|Hoe gaat het?|Hur mår du?|Jak się masz?|Merhaba, nasılsın?|مرحبا كيف حالك|שלום|Καλημέρα|
Erzähl mir eine Geschichte.|Cuéntame un cuento.|Raconte-moi une histoire.|Non capisco.|Danke schön|Merci beaucoup|Gracias""".replace("\n", "").split("|")


def beyond(rng: Random) -> Exchange:
    luck = rng.random()
    slots = {"t": rng.choice(TOPICS), "u": rng.choice(TOPICS), "w": words.word(rng), "n": words.name(rng), "N": words.name(rng) + " " + words.word(rng), "p": words.place(rng), "q": words.place(rng), "big": rng.randint(101, 99999)}
    if luck < 0.3:
        user, reply = say(rng, rng.choice(ASK), **slots), SORRY
    elif luck < 0.68:
        user, reply = say(rng, rng.choice(DO), **slots), SORRY
    elif luck < 0.78:
        user, reply = say(rng, rng.choice(SIGHT), **slots), NO_SIGHT
    elif luck < 0.83:
        user, reply = say(rng, rng.choice(DANGEROUS), **slots), DANGER
    elif luck < 0.91:
        a, b = rng.randint(100, 10 ** rng.randint(3, 6)), rng.randint(2, 10 ** rng.randint(2, 5))
        if rng.random() < 0.4:
            a, b = rng.randint(11, 999), rng.randint(11, 999)
            operator = rng.choice([" * ", " times ", " x ", " / ", " divided by "])
        else:
            operator = rng.choice([" + ", " - ", " * ", " / ", " times ", " plus ", " minus ", " divided by ", "+", "*", "^"])
        if rng.random() < 0.3:
            a, b = b, a
        user, reply = say(rng, "[What is|What's|Calculate|Compute|How much is||Tell me|Solve] {a}{o}{b}[?|.||=]", a=a, b=b, o=operator).strip(), BIG_SUM
    else:
        user, reply = gibberish(rng), UNCLEAR
    return Exchange(typed(rng, user), reply, "Unknown")


def gibberish(rng: Random) -> str:
    luck = rng.random()
    if luck < 0.25:
        return " ".join("".join(rng.choice("qwertyuiopasdfghjklzxcvbnm") for _ in range(rng.randint(2, 9))) for _ in range(rng.randint(1, 4)))
    if luck < 0.35:
        return "".join(rng.choice("?!.,;:#*+-/()[]{}<>=&%$@^~|_\\") for _ in range(rng.randint(1, 8)))
    if luck < 0.45:
        return "".join(chr(rng.choice([rng.randint(0x1F300, 0x1F64F), rng.randint(0x4E00, 0x9000), rng.randint(0x410, 0x44F), rng.randint(0xC0, 0x17F)])) for _ in range(rng.randint(1, 6)))
    if luck < 0.65:
        return " ".join(rng.choice([words.word(rng), rng.choice(["the", "of", "and", "is", "to", "not", "with"])]) for _ in range(rng.randint(2, 8)))
    if luck < 0.85:
        return rng.choice(FOREIGN)
    return " ".join(made_up(rng) for _ in range(rng.randint(1, 6)))
