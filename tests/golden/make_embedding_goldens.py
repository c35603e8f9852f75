"""Vectors of prompts by Hugging Face transformers, for tests/e2e/embeddings.test.ts: writes embeddings.json beside this file.

    pip install torch transformers safetensors
    python make_embedding_goldens.py

Of the last hidden states (after the final norm): the mean over the prompt and the last one, scaled to length 1.
"""

import json
from pathlib import Path

import torch
from transformers import AutoModel

HERE = Path(__file__).parent


def main() -> None:
    goldens = []
    for name in ["llama-hd16", "llama-hd64", "opt-hd16", "qwen2-hd16"]:
        model = AutoModel.from_pretrained(HERE / name, dtype=torch.float64).eval()
        for case in json.loads((HERE / name / "goldens.json").read_text())["cases"]:
            ids = case["prompt_ids"]
            if len(ids) not in (5, 70):
                continue
            with torch.no_grad():
                states = model(torch.tensor([ids])).last_hidden_state[0]
            vectors = {"mean": states.mean(0), "last": states[-1]}
            unit = {pooling: [round(x, 6) for x in (v / v.norm()).tolist()] for pooling, v in vectors.items()}
            goldens.append({"model": name, "prompt_ids": ids, **unit})
    (HERE / "embeddings.json").write_text("[\n" + ",\n".join(json.dumps(golden) for golden in goldens) + "\n]\n")


main()
