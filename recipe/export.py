"""The trained model as a directory in Hugging Face layout: python export.py OUT MODEL_DIRECTORY"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from model import Shape
from render import SOURCE, SPECIAL


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def export(out: Path, directory: Path) -> None:
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    shape = Shape(vocab=tokenizer.get_vocab_size())
    end = tokenizer.token_to_id("<|end|>")
    directory.mkdir(parents=True, exist_ok=True)
    weights = torch.load(out / "checkpoint.pt", map_location="cpu")["model"]
    save_file({name: weight.half().contiguous() for name, weight in weights.items()}, directory / "model.safetensors", {"format": "pt"})
    (directory / "tokenizer.json").write_text((out / "tokenizer.json").read_text())
    write_json(directory / "config.json", {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "vocab_size": shape.vocab,
        "max_position_embeddings": shape.positions,
        "rope_theta": shape.rope_theta,
        "rms_norm_eps": shape.epsilon,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": end,
        "pad_token_id": end,
        "torch_dtype": "float16",
    })
    # Little chance: so small a model is sure of what it knows, and wrong where it is not.
    write_json(directory / "generation_config.json", {"do_sample": True, "temperature": 0.2, "top_p": 0.9, "eos_token_id": end, "pad_token_id": end})
    write_json(directory / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "bos_token": None,
        "eos_token": "<|end|>",
        "pad_token": "<|end|>",
        "additional_special_tokens": [token for token in SPECIAL if token != "<|end|>"],
        "clean_up_tokenization_spaces": False,
        "chat_template": SOURCE,
    })


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
