"""What Hugging Face transformers' logits processors make of random logits, for tests/e2e/logits_processors.test.ts: writes
processors.json beside this file.

    pip install torch transformers
    python make_processor_goldens.py

Each processor alone, then all kinds together in the order in which Octavo (and vLLM) apply them. Transformers has no
presence and frequency penalty: those are vLLM's apply_penalties, three lines below. Bad words look at the output alone, as
in vLLM. A case is kept only where noise of 1e-5 on the logits changes none of the tokens kept.
"""

import json
import random
from pathlib import Path

import torch
import transformers
from transformers import (
    MinNewTokensLengthLogitsProcessor,
    MinPLogitsWarper,
    NoBadWordsLogitsProcessor,
    PrefixConstrainedLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    SequenceBiasLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

VOCAB = 48
EOS = [3, 7]


def ids(tokens):
    return torch.tensor([tokens], dtype=torch.long)


def additive_penalties(logits, output, frequency, presence):
    counts = torch.bincount(torch.tensor(output, dtype=torch.long), minlength=VOCAB)
    return logits - frequency * counts - presence * (counts > 0)


def edited(logits, prompt, output, params):
    """The logits before temperature."""
    whole = ids(prompt + output)
    if "allowed_token_ids" in params:
        logits = PrefixConstrainedLogitsProcessor(lambda _, __: params["allowed_token_ids"], 1)(whole, logits)
    if params.get("bad_words"):
        # One before it, so that the processor also looks where the output is empty.
        logits = NoBadWordsLogitsProcessor(params["bad_words"])(ids([VOCAB] + output), logits)
    if "min_tokens" in params:
        stops = EOS + params.get("stop_token_ids", [])
        logits = MinNewTokensLengthLogitsProcessor(len(prompt), params["min_tokens"], stops)(whole, logits)
    if "logit_bias" in params:
        bias = {(int(token),): value for token, value in params["logit_bias"].items()}
        logits = SequenceBiasLogitsProcessor(bias)(whole, logits)
    if "repetition_penalty" in params:
        logits = RepetitionPenaltyLogitsProcessor(params["repetition_penalty"])(whole, logits)
    return additive_penalties(logits, output, params.get("frequency_penalty", 0), params.get("presence_penalty", 0))


def kept(logits, params):
    """Which tokens may be drawn, in order."""
    none = ids([0])
    logits = TemperatureLogitsWarper(params.get("temperature", 1.0))(none, logits)
    if "min_p" in params:
        logits = MinPLogitsWarper(params["min_p"])(none, logits)
    if "top_k" in params:
        logits = TopKLogitsWarper(params["top_k"])(none, logits)
    if "top_p" in params:
        logits = TopPLogitsWarper(params["top_p"])(none, logits)
    if "typical_p" in params:
        logits = TypicalLogitsWarper(params["typical_p"])(none, logits)
    return torch.isfinite(logits[0]).nonzero().flatten().tolist()


def draw(rng, names):
    tokens = lambda least, most: rng.sample(range(VOCAB), rng.randint(least, most))
    values = {
        "allowed_token_ids": lambda: tokens(5, 30),
        "bad_words": lambda: [[rng.randrange(6) for _ in range(rng.choice([1, 2, 2, 3]))] for _ in range(6)],
        "min_tokens": lambda: rng.randint(1, 12),
        "stop_token_ids": lambda: tokens(1, 3),
        "logit_bias": lambda: {str(token): round(rng.uniform(-9, 9), 2) for token in tokens(1, 9)},
        "repetition_penalty": lambda: round(rng.uniform(0.5, 2), 2),
        "frequency_penalty": lambda: round(rng.uniform(-2, 2), 2),
        "presence_penalty": lambda: round(rng.uniform(-2, 2), 2),
        "temperature": lambda: round(rng.uniform(0.3, 2), 2),
        "min_p": lambda: round(rng.uniform(0.001, 0.5), 3),
        "top_k": lambda: rng.randint(1, 40),
        "top_p": lambda: round(rng.uniform(0.05, 0.99), 2),
        "typical_p": lambda: round(rng.uniform(0.05, 0.95), 2),
    }
    return {name: values[name]() for name in names}


NAMES = [
    ["allowed_token_ids"],
    ["bad_words"],
    ["min_tokens", "stop_token_ids"],
    ["logit_bias"],
    ["repetition_penalty"],
    ["frequency_penalty"],
    ["presence_penalty"],
    ["temperature", "min_p"],
    ["temperature", "top_k"],
    ["temperature", "top_p"],
    ["temperature", "typical_p"],
]
TOGETHER = [name for names in NAMES for name in names]


def main():
    rng = random.Random(7)
    torch.manual_seed(7)
    cases = []
    for names in [*NAMES * 4, *[TOGETHER] * 8, *[rng.sample(TOGETHER, 6) for _ in range(12)]]:
        while True:
            params = draw(rng, list(dict.fromkeys(names)))
            prompt = [rng.randrange(VOCAB) for _ in range(rng.randint(1, 12))]
            output = [rng.randrange(6) for _ in range(rng.randint(0, 9))]
            logits = torch.round(torch.randn(1, VOCAB) * 3, decimals=3)
            scores = edited(logits, prompt, output, params)
            tokens = kept(scores, params)
            noisy = [kept(scores + 1e-5 * torch.randn(1, VOCAB), params) for _ in range(5)]
            if tokens and all(other == tokens for other in noisy):
                break
        number = lambda value: None if value == float("-inf") else round(value, 5)
        cases.append(
            {
                "params": params,
                "prompt": prompt,
                "output": output,
                "logits": [number(value) for value in logits[0].tolist()],
                "edited": [number(value) for value in scores[0].tolist()],
                "kept": tokens,
            }
        )
    head = {"transformers": transformers.__version__, "vocab": VOCAB, "eos": EOS}
    lines = ",\n".join("  " + json.dumps(case, separators=(",", ":")) for case in cases)
    text = f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n'
    Path(__file__).with_name("processors.json").write_text(text)


if __name__ == "__main__":
    main()
