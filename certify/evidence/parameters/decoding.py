"""Decoding under a name: how answers are drawn, how often, and how long they may be."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import Field, model_validator

from certify.evidence.base import StrictValue
from certify.evidence.model import Sampling


class Preset(NamedTuple):
    """Decoding that a published report uses."""

    sampling: Sampling
    """How the next token is drawn."""
    samples: int
    """Answers to each item."""
    max_tokens: int
    """Longest answer, reasoning included, tokens."""
    source: str
    """Where it is described."""


PRESETS: dict[str, Preset] = {
    "VibeThinker-style": Preset(
        Sampling(temperature=1.0, top_p=0.95, top_k=0),
        64,
        40_960,
        "VibeThinker-1.5B report, arXiv 2511.06221: mathematics, mean pass@1 of 64 answers",
    ),
    "greedy": Preset(Sampling(temperature=0.0), 1, 8192, "the likeliest token, always"),
}
"""Name to decoding."""


class DecodedParameters(StrictValue):
    """Parameters of a check that may say how its answers are drawn."""

    decoding: str | None = Field(default=None, max_length=60)
    """Name of a preset: it fixes the sampling of the run, and ``samples`` and ``max_tokens`` where left out."""

    @model_validator(mode="before")
    @classmethod
    def _filled_in(cls, given: Any) -> Any:
        name = given.get("decoding") if isinstance(given, dict) else None
        if name is None:
            return given
        if name not in PRESETS:
            raise ValueError(f"no decoding is called {name!r}; known: {', '.join(PRESETS)}")
        preset, long_form = PRESETS[name], dict(given)
        if "samples" not in given:
            long_form["samples"] = preset.samples
        if "max_tokens" not in given and "maxTokens" not in given:
            long_form["maxTokens"] = preset.max_tokens
        return long_form
