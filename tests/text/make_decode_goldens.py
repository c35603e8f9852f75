"""Writes decode_goldens.json: what Hugging Face tokenizers decodes random ids to.

Random ids are where decoders differ: malformed byte runs, byte order marks, special tokens in odd places.
Usage: python make_decode_goldens.py DATA_DIRECTORY > decode_goldens.json
"""

import json
import random
import sys

import tokenizers

DIRECTORIES = ["models/stories260K", "models/TinyStories-656K", "tokenizers/gpt2", "tokenizers/qwen2"]


def draw(rng, tokenizer, size, byte_ids):
    """Ids of which about half are single bytes, in short runs."""
    ids = []
    while len(ids) < size:
        if byte_ids and rng.random() < 0.4:
            ids += [rng.choice(byte_ids) for _ in range(rng.randint(1, 5))]
        elif byte_ids and rng.random() < 0.4:
            text = rng.choice(["é", "日本", "🐱", "\ufeff", "a\n", "½", "\u200d"])
            ids += tokenizer.encode(text, add_special_tokens=False).ids
        else:
            ids.append(rng.randrange(tokenizer.get_vocab_size()))
    return ids


def load(path):
    """The tokenizer, with special tokens never normalized.

    Version 0.23 names the id of a normalized special token by its normalized text ("\u2581<unk>"), no longer knows it as
    special and shows it. The shared vectors, and we, take such a token for the special token it is declared to be.
    """
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    for token in config["added_tokens"]:
        token["normalized"] = False
    return tokenizers.Tokenizer.from_str(json.dumps(config))


def main(data):
    rng = random.Random(7)
    cases = []
    for directory in DIRECTORIES:
        tokenizer = load(f"{data}/{directory}/tokenizer.json")
        vocab = tokenizer.get_vocab()
        fallback = [vocab[f"<0x{b:02X}>"] for b in range(256) if f"<0x{b:02X}>" in vocab]
        byte_ids = fallback or [i for t, i in vocab.items() if len(t) == 1 and (ord(t) > 0x7F)]
        for _ in range(40):
            ids = draw(rng, tokenizer, rng.randint(1, 14), byte_ids)
            cases.append(
                {
                    "tokenizer": directory,
                    "ids": ids,
                    "skipped": tokenizer.decode(ids, skip_special_tokens=True),
                    "kept": tokenizer.decode(ids, skip_special_tokens=False),
                }
            )
    json.dump({"oracle": f"tokenizers {tokenizers.__version__}", "cases": cases}, sys.stdout)


main(sys.argv[1])
