"""Results of checks that ask a model to go on with published items, or to name what was left out of them."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.parameters.completions import CountedAs
from certify.evidence.results.detection import Detection
from certify.evidence.results.estimates import Outcomes


class CompletedItems(Value):
    """One side of a comparison: published items, or newer ones."""

    items: int = Field(ge=0)
    """Items that fit the check."""
    near: int = Field(default=0, ge=0)
    """Items whose rest the model wrote, up to one word in ten."""
    exact: int = Field(default=0, ge=0)
    """Items whose rest the model wrote word for word; they are among ``near``."""
    left_out: int = Field(ge=0)
    """Items that do not fit the check."""


class ControlledResult(Detection):
    """What checks have in common that hold published items against newer ones."""

    benchmark: str
    """Its name."""
    benchmark_sha256: Sha256
    """SHA-256 of its file."""
    control: str
    """Name of the newer items; ``fresh`` where they were made for the run."""
    control_sha256: Sha256 | None = None
    """SHA-256 of their file; absent for ``fresh``."""
    control_released: str | None = None
    """Day or month since which they have been public; absent for ``fresh``."""
    outcomes: Outcomes
    """How the answers ended; ``correct`` are the hits that are counted."""


class PrefixCompletionResult(ControlledResult):
    """Check ``prefix-completion``: published items completed from their beginning, against newer ones."""

    share: Fraction
    """Share of an item's words that the model was given."""
    counted: CountedAs
    """Completions that ``pValue`` and ``power`` are about."""
    before: str | None = None
    """Text before each beginning, where it is another than usual: a model may know problems behind its own alone."""
    published: CompletedItems
    """The published items."""
    newer: CompletedItems
    """The items of the control."""
    other_p_value: Fraction | None = None
    """Of the completions that are not counted; decides nothing."""

    def hits(self, side: CompletedItems) -> int:
        """The completions of one side that are counted."""
        return side.exact if self.counted is CountedAs.EXACT else side.near


class RecalledItems(Value):
    """One side of a comparison: published multiple-choice questions, or newer ones."""

    items: int = Field(ge=0)
    """Questions that fit the check."""
    recalled: int = Field(default=0, ge=0)
    """Questions whose hidden choice the model wrote."""
    left_out: int = Field(ge=0)
    """Questions that do not fit the check."""


class OptionRecallResult(ControlledResult):
    """Check ``option-recall``: hidden wrong choices of published questions written, against newer ones."""

    published: RecalledItems
    """The published questions."""
    newer: RecalledItems
    """The questions of the control."""
