"""What the families make: exchanges, the smallest pieces of a conversation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    user: str
    reply: str
    # The reply under a system prompt that wants one word; None where there is no such reply.
    short: str | None = None
    # What it is about, for system prompts that forbid a subject.
    subject: str | None = None
    # False where the reply does not survive being set in capitals (JSON, spelled letters).
    capitals: bool = True


@dataclass(frozen=True)
class Conversation:
    messages: list[dict]
    tools: list[dict] | None = None
