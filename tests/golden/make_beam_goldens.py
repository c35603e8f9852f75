"""Beam searches by Hugging Face generate, for tests/e2e/beam_search.test.ts: writes beams.json beside this file.

    pip install torch transformers safetensors
    python make_beam_goldens.py ../../../shared/data/models

A search is kept only where noise of 1e-3 on the logits changes no beam, so that devices may round as they like.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, LogitsProcessor, LogitsProcessorList
import transformers

SEARCHES = [
    {"length_penalty": 1.0, "early_stopping": False},
    {"length_penalty": 1.0, "early_stopping": True},
    {"length_penalty": 2.0, "early_stopping": "never"},
    {"length_penalty": 0.0, "early_stopping": "never"},
    {"length_penalty": -1.0, "early_stopping": False},
]


class Noise(LogitsProcessor):
    def __init__(self, seed: int):
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, ids, scores):
        return scores + 1e-3 * torch.randn(scores.shape, generator=self.generator, dtype=scores.dtype)


def search(model, prompt, width, tokens, endings, settings, noise=None):
    # An id outside the vocabulary stands for "nothing ends a beam"; generate() then keeps as many candidates as we do.
    result = model.generate(
        torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), num_beams=width, num_return_sequences=width,
        max_new_tokens=tokens, do_sample=False, eos_token_id=endings or [model.config.vocab_size + 1], pad_token_id=0, output_scores=True, return_dict_in_generate=True,
        logits_processor=LogitsProcessorList([Noise(noise)] if noise is not None else []), **settings,
    )
    beams = []
    for ids, score, steps in zip(result.sequences.tolist(), result.sequences_scores.tolist(), result.beam_indices.tolist()):
        length = sum(step >= 0 for step in steps)
        beams.append({"ids": ids[len(prompt) : len(prompt) + length], "score": round(score, 5)})
    return beams


def main(root: Path) -> None:
    torch.manual_seed(0)
    kept, tried = [], 0
    for name in ["stories260K", "TinyStories-656K"]:
        model = AutoModelForCausalLM.from_pretrained(root / name, dtype=torch.float64).eval()
        prompts = [case["prompt_ids"] for case in json.loads((root / name / "goldens.json").read_text())["cases"]][:3]
        for i, prompt in enumerate(prompts):
            # Frequent tokens as endings, so that beams finish at different lengths.
            greedy = model.generate(torch.tensor([prompt]), max_new_tokens=40, do_sample=False, pad_token_id=0)[0, len(prompt) :].tolist()
            common = sorted(set(greedy), key=lambda token: (-greedy.count(token), token))
            for width in [2, 4, 8]:
                for s, settings in enumerate(SEARCHES):
                    endings = [] if s == 0 and i == 0 else common[: 1 + s % 3]
                    tokens = 10 + 6 * i
                    tried += 1
                    beams = search(model, prompt, width, tokens, endings, settings)
                    ids = [beam["ids"] for beam in beams]
                    if any(ids != [beam["ids"] for beam in search(model, prompt, width, tokens, endings, settings, seed)] for seed in range(6)):
                        continue
                    kept.append({"model": name, "prompt_ids": prompt, "width": width, "max_tokens": tokens, "endings": endings, **settings, "beams": beams})
    print(f"{len(kept)} of {tried} searches kept; transformers {transformers.__version__}, torch {torch.__version__}")
    rows = ",\n".join(json.dumps(case) for case in kept)
    (Path(__file__).parent / "beams.json").write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
