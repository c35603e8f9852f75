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

    def batches(self, seed: int, count: int, tokens: int) -> list[list[Group]]:
        """`count` batches of about `tokens` tokens; the same seed makes the same ones."""
        rng = Random(seed)
        rows: list[list[int]] = []
        total = 0
        while total < count * tokens:
            ids = self.tokenizer.encode(render(conversation(rng))).ids
            if len(ids) <= self.positions:
                rows.append(ids)
                total += len(ids)
        groups = [self.group(part) for part in alike(sorted(rows, key=len))]
        rng.shuffle(groups)
        return [groups[i::count] for i in range(count)]

    def group(self, rows: list[list[int]]) -> Group:
        length = max(map(len, rows))
        ids = torch.full((len(rows), length), self.end)
        targets = torch.full((len(rows), length), -100)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            targets[i, : len(row)] = torch.tensor(self.learnt(row))
        return Group(ids, targets)


def alike(rows: list[list[int]], tokens: int = 650) -> list[list[list[int]]]:
    """Sorted rows in groups of about `tokens`, so that little is padding."""
    groups: list[list[list[int]]] = []
    room = 0
    for row in rows:
        if room < len(row):
            groups.append([])
            room = max(tokens, len(row))
        groups[-1].append(row)
        room -= len(row)
    return groups
