"""Keeps the evaluation's wordings out of the training: its prompts and templates, read from its own files.

A message is met when it is one of them but for case, punctuation, names and numbers. Single words, templates of
one or two words and a slot, and "I want to know {x}." are let pass."""

import re
from pathlib import Path

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
SLOT = re.compile(r"\$?\{[^{}]*\}")
# Up to six words.
FILLING = r"\S+(?: \S+){0,5}"
# Of a family, such as "who are you".
NAME = re.compile(r'name: "[^"]*"')
TOO_WIDE = {"I want to know {x}."}
ENDS = ".?!,:;'\"()"


def plain(text: str) -> str:
    """In lower case, without punctuation at the ends of words."""
    return " ".join(word for word in (word.strip(ENDS) for word in text.lower().replace("'", "").replace('"', "").split()) if word)


def wordings() -> list[str]:
    """Everything between quotes that could be said to a model."""
    found: set[str] = set()
    for path in sorted((Path(__file__).parent / "evaluation").glob("*.ts")):
        for groups in LITERAL.findall(NAME.sub("", path.read_text())):
            text = next((group for group in groups if group), "").replace('\\"', '"')
            fixed = len(plain(SLOT.sub(" ", text)).split())
            if fixed >= (3 if SLOT.search(text) else 2) and text not in TOO_WIDE:
                found.add(text)
    return sorted(found)


def pattern(text: str) -> str:
    parts = re.split(r"(\x00)", plain(SLOT.sub("\x00", text)))
    return "".join(FILLING if part == "\x00" else re.escape(part) for part in parts)


HELD_OUT = re.compile("|".join(sorted({pattern(text) for text in wordings()})))


def held_out(message: str) -> bool:
    return HELD_OUT.fullmatch(plain(message)) is not None
