"""How many of the evaluation's prompts the generator makes, too.

    bun evaluate.ts --list | python overlap.py [CONVERSATIONS]
"""

import json
import sys
from random import Random

from conversation import conversation

if __name__ == "__main__":
    prompts = {prompt.lower() for prompt in json.load(sys.stdin)}
    rng, met = Random(10**9), set()
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000):
        met |= {m["content"].lower() for m in conversation(rng).messages if m["role"] == "user"} & prompts
    print(f"{len(met)} of {len(prompts)} prompts occur in training:", *sorted(met), sep="\n  ")
