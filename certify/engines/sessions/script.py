"""Session ``script``: messages that were written beforehand, whatever the model answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from certify.engines.sessions.base import Message


class Script:
    """Says ``facts["messages"]`` one after the other: objects with ``text`` and, optionally, ``plain``."""

    id: ClassVar[str] = "script"

    def following(self, facts: Mapping[str, Any], answers: Sequence[str]) -> Message | None:
        """The message of this place in the script."""
        messages, place = facts.get("messages"), len(answers) - 1
        if not isinstance(messages, list) or not 0 <= place < len(messages) or not isinstance(messages[place], dict):
            return None
        message = messages[place]
        return Message(str(message.get("text", "")), message.get("plain") is True)


def script(messages: Sequence[Message]) -> dict[str, Any]:
    """The facts of a script."""
    return {"messages": [{"text": one.text, **({"plain": True} if one.plain else {})} for one in messages]}
