"""Trains the model; stopped at any time, it goes on from its last checkpoint.

    python train.py OUT [--workers 2]

OUT holds tokenizer.json (train_tokenizer.py), and gets checkpoint.pt and log.txt. A worker is a process of one thread:
on a shared machine they wait for each other once a step only.
"""

import argparse
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from data import Conversations, Group
from model import Llama, Shape
from muon import Muon

CHECKPOINT_EVERY = 50
# Batches are made so many at a time, for more conversations of like length.
POOL = 16


def factor(step: int, steps: int, decay: int) -> float:
    """Of the learning rate: up in 50 steps, level, and down to nothing over the last `decay` steps."""
    return min(1.0, (step + 1) / 50, (steps - step) / decay)


def loss_of(model: Llama, group: Group, device: str) -> Tensor:
    """Summed over the tokens to be learnt; the head is spared the others."""
    states, targets = model(group.ids.to(device)).flatten(0, 1), group.targets.to(device).flatten()
    learnt = targets != -100
    return F.cross_entropy(model.logits(states[learnt]), targets[learnt], reduction="sum")


def average(parameters: list[Tensor], loss: float, learnt: int, workers: int) -> float:
    """Gradients of the mean loss over all workers' tokens; gives that loss."""
    flat = torch.cat([p.grad.flatten() for p in parameters] + [torch.tensor([loss, learnt], device=parameters[0].device)])
    if workers > 1:
        dist.all_reduce(flat)
    flat /= flat[-1].clone()
    for p, part in zip(parameters, flat.split([p.numel() for p in parameters] + [2])):
        p.grad.copy_(part.view_as(p))
    return flat[-2].item()


def train(worker: int, options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    if options.workers > 1:
        torch.set_num_threads(1)
        dist.init_process_group("gloo", init_method=f"file://{options.out.resolve()}/meeting", rank=worker, world_size=options.workers)
    tokenizer = Tokenizer.from_file(str(options.out / "tokenizer.json"))
    shape = Shape(vocab=tokenizer.get_vocab_size())
    conversations = Conversations(tokenizer, shape.positions)
    model = Llama(shape).to(options.device)
    parameters = list(model.parameters())
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    optimizers = [Muon(matrices, lr=0.02), torch.optim.AdamW(others, lr=0.004, betas=(0.9, 0.95), weight_decay=0.0)]
    rates = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]

    first, checkpoint = 0, options.out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=options.device)
        first = saved["step"]
        model.load_state_dict(saved["model"])
        for optimizer, state in zip(optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)

    began, recent = time.time(), None
    for step in range(first, options.steps):
        if step % POOL == 0 or step == first:
            seed = (options.seed * 1_000_000 + step // POOL) * options.workers + worker
            pool = conversations.batches(seed, POOL, options.tokens // options.workers)
        total, learnt = 0.0, 0
        for group in pool[step % POOL]:
            loss = loss_of(model, group, options.device)
            loss.backward()
            total += loss.item()
            learnt += int((group.targets != -100).sum())
        mean = average(parameters, total, learnt, options.workers)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimizer, rate in zip(optimizers, rates):
            optimizer.param_groups[0]["lr"] = rate * factor(step, options.steps, options.decay)
            optimizer.step()
        model.zero_grad(set_to_none=True)
        recent = mean if recent is None else 0.95 * recent + 0.05 * mean
        if worker == 0 and (step + 1) % 20 == 0:
            speed = (step + 1 - first) * options.tokens / (time.time() - began)
            with (options.out / "log.txt").open("a") as log:
                print(f"step {step + 1} loss {recent:.4f} {speed:.0f} tokens/s", file=log)
        if worker == 0 and ((step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == options.steps):
            state = {"step": step + 1, "model": model.state_dict(), "optimizers": [optimizer.state_dict() for optimizer in optimizers]}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--decay", type=int, default=7600)
    parser.add_argument("--tokens", type=int, default=4800, help="tokens of a batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    (options.out / "meeting").unlink(missing_ok=True)
    if options.workers > 1:
        torch.multiprocessing.spawn(train, args=(options,), nprocs=options.workers)
    else:
        train(0, options)


if __name__ == "__main__":
    main()
