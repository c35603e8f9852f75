"""What the evaluation alone may use, so that it tests more than memory."""

import json
from pathlib import Path

ENTITIES: dict[str, list[str]] = json.loads((Path(__file__).parent / "held_out.json").read_text())
HELD_OUT_WORDS = {item.lower().split(",")[0] for items in ENTITIES.values() for item in items}


def without(kind: str, items: list[str]) -> list[str]:
    kept = set(ENTITIES[kind])
    return [item for item in items if item not in kept]


def fnv1a(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def numbers_held_out(*numbers: int) -> bool:
    """One tuple of numbers in ten; evaluation/held_out.ts follows the same rule."""
    return (fnv1a(",".join(map(str, numbers))) >> 8) % 10 == 0
