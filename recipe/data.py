"""Batches made on the way: conversation after conversation from a seed, in groups of like length."""

from dataclasses import dataclass
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from conversation import conversation
from render import render


@dataclass(frozen=True)
class Group:
    """ids and targets: [rows, tokens]; a target is -100 where nothing is to be learnt."""

    ids: Tensor
    targets: Tensor


class Conversations:
    def __init__(self, tokenizer: Tokenizer, positions: int):
        self.tokenizer = tokenizer
        self.positions = positions
        self.assistant = tokenizer.token_to_id("<|assistant|>")
        self.end = tokenizer.token_to_id("<|end|>")

    def learnt(self, ids: list[int]) -> list[int]:
        """The next token of each, where the assistant is the one to say it."""
        targets, speaking = [], False
        for token, following in zip(ids, ids[1:] + [-100]):
            speaking = token == self.assistant or (speaking and token != self.end)
            targets.append(following if speaking else -100)
        return targets

    def batch(self, seed: int, tokens: int) -> list[Group]:
        """About `tokens` tokens; the same seed makes the same batch."""
        rng = Random(seed)
        rows: list[list[int]] = []
        total = 0
        while total < tokens:
            ids = self.tokenizer.encode(render(conversation(rng))).ids
            if len(ids) <= self.positions:
                rows.append(ids)
                total += len(ids)
        rows.sort(key=len)
        return [self.group(part) for part in alike(rows)]

    def group(self, rows: list[list[int]]) -> Group:
        length = max(map(len, rows))
        ids = torch.full((len(rows), length), self.end)
        targets = torch.full((len(rows), length), -100)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            targets[i, : len(row)] = torch.tensor(self.learnt(row))
        return Group(ids, targets)


def alike(rows: list[list[int]], least: int = 600) -> list[list[list[int]]]:
    """Sorted rows in groups that waste little on padding, but are worth a pass each."""
    groups: list[list[list[int]]] = []
    for row in rows:
        if groups and (sum(map(len, groups[-1])) < least or len(row) <= 1.15 * len(groups[-1][0])):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups
