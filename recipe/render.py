"""Conversations to text, through the very template that the model ships with."""

import json
from pathlib import Path

import jinja2

from dialogue import Conversation

SPECIAL = ["<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|end|>"]
# In the vocabulary whole, but part of the text that a client sees.
MARKERS = ["<tool_call>", "</tool_call>", "<tools>", "</tools>"]

SOURCE = (Path(__file__).parent / "chat_template.jinja").read_text().rstrip("\n")
_environment = jinja2.Environment()
_environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
_template = _environment.from_string(SOURCE)


def render(conversation: Conversation) -> str:
    return _template.render(messages=conversation.messages, tools=conversation.tools, add_generation_prompt=False)
