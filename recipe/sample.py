"""Shows what the generator makes: python sample.py [SEED [COUNT]]"""

import sys
from random import Random

from conversation import conversation
from render import render

if __name__ == "__main__":
    rng = Random(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 20):
        print(render(conversation(rng)).replace("<|end|>", "\n"))
