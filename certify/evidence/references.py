"""What other models answered to a benchmark and its rewrites: the form of a file of references."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from certify.evidence.base import Sha256, StrictValue

SCHEMA: Literal["certify/references/v1"] = "certify/references/v1"
Counts = tuple[int, int, int, int]
"""Right answers to the published item, of how many, right answers to its rewrites, of how many."""


class ReferenceModel(StrictValue):
    """One model."""

    name: str = Field(min_length=1, max_length=200)
    """What it is called."""
    identity: Sha256
    """Digest of its files."""
    items: dict[str, Counts] = Field(min_length=1)
    """Id of each item to its counts."""


class References(StrictValue):
    """Reference models on one benchmark with one kind of rewrites."""

    schema_: Literal["certify/references/v1"] = Field(default=SCHEMA, alias="schema")
    """Which form this is."""
    benchmark: Sha256
    """SHA-256 of the benchmark's file."""
    rewrites: str = Field(pattern=r"^(families|annotations|[0-9a-f]{64})$")
    """``families``, ``annotations``, or the SHA-256 of the file of rewrites."""
    samples: int = Field(ge=1)
    """Answers to each item, and to its rewrites together."""
    models: tuple[ReferenceModel, ...] = Field(min_length=1, max_length=1000)
    """The models."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if len({one.identity for one in self.models}) < len(self.models):
            raise ValueError("one model stands in it twice")
        for one in self.models:
            for item, (original, asked, rewritten, again) in one.items.items():
                whole = asked == again == self.samples
                if not (whole and 0 <= original <= asked and 0 <= rewritten <= again):
                    raise ValueError(
                        f"{one.name[:60]}: item {item[:60]} has counts that {self.samples} answers cannot give"
                    )
        return self
