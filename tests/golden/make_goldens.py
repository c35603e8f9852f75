"""Makes the checkpoints and goldens of this folder: small random models of other shapes than the trained ones.

Run it in a Python environment with torch 2.13, transformers 5.18 and safetensors 0.8:

    python tests/golden/make_goldens.py            # all of them
    python tests/golden/make_goldens.py opt-hd16   # some

Each model is saved in Hugging Face layout, loaded again from those files with its weights widened to float64, and run
with eager attention: the goldens are the arithmetic on the rounded weights. (transformers itself computes norms,
softmax and rotations in float32.) Seeds are tried in order until no greedy step is close to a tie
and the greedy tokens are not all the same.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    MistralConfig,
    OPTConfig,
    Qwen2Config,
)
from transformers.utils.logging import disable_progress_bar

disable_progress_bar()

HERE = Path(__file__).parent
PROMPT_LENGTHS = (1, 5, 33, 70)  # across 64 positions and every block size
GREEDY_TOKENS = 12
LEAST_GAP = 0.02
LEAST_DISTINCT = 16  # of the greedy tokens of all prompts together
MAX_POSITIONS = 96


def llama(hidden, inner, heads, kv_heads, head_dim, vocab, rope=None, layers=2, kind=LlamaConfig, **more):
    return kind(
        hidden_size=hidden,
        intermediate_size=inner,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        num_hidden_layers=layers,
        vocab_size=vocab,
        max_position_embeddings=MAX_POSITIONS,
        rope_parameters={"rope_theta": 10000.0, "rope_type": "default", **(rope or {})},
        **({} if head_dim is None else {"head_dim": head_dim}),
        **more,
    )


def opt(hidden, inner, heads, vocab, layers=2, **more):
    return OPTConfig(
        hidden_size=hidden,
        ffn_dim=inner,
        num_attention_heads=heads,
        num_hidden_layers=layers,
        vocab_size=vocab,
        max_position_embeddings=MAX_POSITIONS,
        word_embed_proj_dim=hidden,
        **more,
    )


LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 24}
YARN_MSCALE = {**YARN, "mscale": 1.0, "mscale_all_dim": 0.5, "beta_fast": 16.0, "truncate": False}
LINEAR = {"rope_type": "linear", "factor": 2.0}

# name: (config, dtype, what is done to the saved files)
MODELS = {
    "llama-hd8": (llama(32, 44, 8, 1, 8, 97), torch.float32, {}),
    "llama-hd16": (llama(64, 48, 4, 4, 16, 64, tie_word_embeddings=True), torch.bfloat16, {}),
    "llama-hd64": (llama(32, 92, 4, 1, 64, 97, LLAMA3), torch.float16, {"shard": "60KB"}),
    "llama-hd80": (llama(40, 60, 2, 2, 80, 101, LINEAR, attention_bias=True, mlp_bias=True), torch.bfloat16, {"old": True}),
    "llama-hd128": (llama(32, 68, 8, 1, 128, 97, YARN, layers=1), torch.bfloat16, {"shard": "40KB"}),
    "llama-hd128-yarn": (llama(32, 64, 2, 1, 128, 80, YARN_MSCALE), torch.float16, {"old": True}),
    "llama-hd32-llama3": (llama(32, 64, 4, 2, 32, 72, LLAMA3, attention_bias=True), torch.float32, {"old": True}),
    "mistral-hd16": (llama(32, 48, 4, 2, 16, 88, kind=MistralConfig, sliding_window=None), torch.bfloat16, {}),
    "qwen2-hd16": (
        llama(64, 48, 4, 2, None, 90, kind=Qwen2Config, tie_word_embeddings=True),
        torch.bfloat16,
        {},
    ),
    "opt-hd8": (opt(32, 72, 4, 97), torch.float32, {}),
    "opt-hd16": (opt(64, 100, 4, 80, enable_bias=False), torch.float16, {"bare": True}),
    "opt-hd64": (opt(64, 68, 1, 97, tie_word_embeddings=False), torch.bfloat16, {"shard": "60KB"}),
    "opt-hd80": (opt(80, 32, 1, 101, activation_function="gelu"), torch.bfloat16, {}),
    "opt-hd128": (opt(128, 32, 1, 64, layers=1), torch.float16, {}),
}


def randomize(model, tied, generator):
    """Weights that spread the logits over several units; a tied embedding is small, so that a token does not echo."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator, dtype=torch.float32)
            if "norm" in name and name.endswith("weight"):
                weight.copy_(1 + 0.2 * noise)
            elif weight.dim() == 1:
                weight.copy_(0.2 * noise)
            elif "embed" in name or "lm_head" in name:
                weight.copy_((0.3 if tied else 0.7) * noise)
            else:
                weight.copy_((1.8 if tied else 1.2) * noise / weight.shape[1] ** 0.5)


def goldens(model, vocab, generator):
    cases = []
    for length in PROMPT_LENGTHS:
        prompt = torch.randint(3, vocab, (length,), generator=generator).tolist()
        ids, tokens, gaps, first = list(prompt), [], [], None
        for _ in range(GREEDY_TOKENS):
            with torch.no_grad():
                logits = model(torch.tensor([ids])).logits[0, -1]
            first = logits if first is None else first
            best = logits.topk(2)
            tokens.append(best.indices[0].item())
            gaps.append(round((best.values[0] - best.values[1]).item(), 6))
            ids.append(tokens[-1])
        cases.append(
            {
                "prompt_ids": prompt,
                "last_logits": [round(x, 6) for x in first.tolist()],
                "greedy_ids": tokens,
                "gaps": gaps,
            }
        )
    return cases


def write_old_config(directory):
    """The spelling of transformers 4: rope_theta beside rope_scaling, and torch_dtype."""
    path = directory / "config.json"
    config = json.loads(path.read_text())
    scaling = config.pop("rope_parameters")
    config["rope_theta"] = scaling.pop("rope_theta")
    # Before 4.43 the field was `type`.
    if scaling["rope_type"] == "linear":
        scaling["type"] = scaling.pop("rope_type")
    config["rope_scaling"] = scaling
    config["torch_dtype"] = config.pop("dtype")
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def write_bare_names(directory):
    """Tensor names as the bare OPTModel saves them."""
    path = directory / "model.safetensors"
    tensors = {name.removeprefix("model."): tensor for name, tensor in load_file(path).items()}
    save_file(tensors, path, metadata={"format": "pt"})


def make(name, seed):
    """Writes one model; says whether its greedy steps are clear and varied."""
    config, dtype, files = MODELS[name]
    directory = HERE / name
    shutil.rmtree(directory, ignore_errors=True)
    generator = torch.Generator().manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    randomize(model, config.tie_word_embeddings, generator)
    model.to(dtype).save_pretrained(directory, max_shard_size=files.get("shard", "1GB"))
    (directory / "generation_config.json").unlink()
    if files.get("old"):
        write_old_config(directory)

    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float64, attn_implementation="eager").eval()
    golden = {"seed": seed, "cases": goldens(model, config.vocab_size, generator)}
    if not isinstance(config, OPTConfig):
        rotary = model.model.rotary_emb
        golden["inverse_frequencies"] = rotary.inv_freq.tolist()
        golden["amplitude"] = rotary.attention_scaling
    if files.get("bare"):
        write_bare_names(directory)
    (directory / "goldens.json").write_text(json.dumps(golden) + "\n")
    clear = min(gap for case in golden["cases"] for gap in case["gaps"]) > LEAST_GAP
    return clear and sum(len(set(case["greedy_ids"])) for case in golden["cases"]) >= LEAST_DISTINCT


for name in sys.argv[1:] or MODELS:
    seed = 1
    while not make(name, seed):
        seed += 1
    print(name, "seed", seed)
