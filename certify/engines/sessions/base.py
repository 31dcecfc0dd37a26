"""What leads an episode: a rule that says the next message, given fixed facts and the answers so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol


class Message(NamedTuple):
    """Something put to the model."""

    text: str
    plain: bool = False
    """Whether the text itself says in which form to answer."""
    raw: bool = False
    """Whether the text is a whole prompt."""


class Session(Protocol):
    """A rule without memory: the same facts and answers give the same message, on every machine and at any time.

    What a model wrote may be anything, so a session never raises: what cannot be understood is answered like any
    other mistake, or ends the conversation.
    """

    id: ClassVar[str]

    def following(self, facts: Mapping[str, Any], answers: Sequence[str]) -> Message | None:
        """The message after these answers; None where the conversation is over.

        Args:
            facts: the episode's own.
            answers: what the model said, a turn each, without its reasoning; empty where its reasoning never ended.
        """
        ...
