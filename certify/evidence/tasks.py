"""A task of lm-eval as it was asked: where its problems, its wording and its scoring come from."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Sha256, Value


class TaskOrigin(StrEnum):
    """Whose code words and scores a task."""

    LM_EVAL = "lm-eval"
    OPERATOR = "operator"


class AskedTask(Value):
    """A task of lm-eval, fixed in all that decides on its number."""

    name: str
    """The task's name."""
    version: str
    """The version it gives itself; ``none`` where it gives none."""
    lm_eval: str
    """Version of lm-eval."""
    metric: str
    """The metric, 0 or 1 for each answer."""
    filter: str
    """The filter that takes the answer out of the text."""
    shots: int = Field(ge=0)
    """Solved examples before each item."""
    dataset: str
    """The data set and its split, as the task names them."""
    revision: str | None = None
    """Commit of the data set on its hub; absent where it came from files."""
    origin: TaskOrigin
    """Whether the task came with lm-eval or is the operator's own."""
    code: Sha256
    """Digest of the files that word and score it: the canonical JSON of their SHA-256 by path."""
