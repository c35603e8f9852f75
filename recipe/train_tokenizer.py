"""A byte-level BPE from the generator's own conversations: every text has tokens, and digits stand alone.

    python train_tokenizer.py OUT/tokenizer.json
"""

import sys
from random import Random

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from conversation import conversation
from render import MARKERS, SPECIAL, render

VOCABULARY = 2048
CONVERSATIONS = 40_000


def texts(seed: int = 1):
    rng = Random(seed)
    for _ in range(CONVERSATIONS):
        text = render(conversation(rng))
        for token in SPECIAL + MARKERS:
            text = text.replace(token, "\n")
        yield text


def train() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(MARKERS), special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.add_tokens([AddedToken(marker, special=False, normalized=False) for marker in MARKERS])
    return tokenizer


if __name__ == "__main__":
    tokenizer = train()
    tokenizer.save(sys.argv[1])
    print(f"{tokenizer.get_vocab_size()} tokens")
