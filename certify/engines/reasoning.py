"""Where the reasoning of a completion ends and its answer begins."""

from __future__ import annotations

from typing import NamedTuple

from certify.evidence.model import ReasoningTags


class Parts(NamedTuple):
    """A completion taken apart."""

    answer: str
    """Everything outside the reasoning."""
    closed: bool
    """False when reasoning was opened and never closed."""


def split_reasoning(text: str, tags: ReasoningTags | None) -> Parts:
    """The part of a completion that is not reasoning.

    Without declared tags all of it is the answer. A closing tag ends the reasoning at once; whatever is
    opened and closed again later is reasoning too, and reasoning that never closes leaves no answer.
    """
    if tags is None:
        return Parts(text.strip(), True)
    inside = tags.opened_by_template and not text.lstrip().startswith(tags.open)
    if not inside and tags.open not in text.partition(tags.close)[0] and tags.close in text:
        inside = True  # the model closed what the prompt had opened
    kept, rest = [], text
    while True:
        if inside:
            _, closing, rest = rest.partition(tags.close)
            if not closing:
                return Parts("", False)
        outside, opening, rest = rest.partition(tags.open)
        kept.append(outside.replace(tags.close, "\n"))
        if not opening:
            return Parts("\n".join(kept).strip(), True)
        inside = True
