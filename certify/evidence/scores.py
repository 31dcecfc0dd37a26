"""How likely a model finds a text that is given to it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import canonical_bytes, sha256_hex

LogProbability = Annotated[float, Field(le=0.0, allow_inf_nan=False)]
"""Natural logarithm of a probability."""


class TextScore(Value):
    """The log-probability of each token of a text, after what stood before it."""

    text_sha256: Sha256
    """What was scored, by :func:`score_key`; unique within a run."""
    context_tokens: int = Field(ge=0)
    """Tokens before the first scored one that the model was shown; of a text in several windows, in the first."""
    token_ids: tuple[int, ...]
    """Tokens of the text; none where it could not be scored."""
    logprobs: tuple[LogProbability, ...]
    """One for each token, to six decimals."""
    greedy: bool
    """Whether each token was the likeliest at its place."""
    failed: bool | None = None
    """True where the engine could not score the text; absent otherwise."""

    @property
    def key(self) -> str:
        """Its place in a journal."""
        return self.text_sha256

    @property
    def logprob(self) -> float:
        """Log-probability of the whole text; minus infinity where it could not be scored."""
        return float("-inf") if self.failed else sum(self.logprobs)

    @model_validator(mode="after")
    def _each_token_has_one(self) -> Self:
        if len(self.token_ids) != len(self.logprobs) or (self.failed and self.token_ids):
            raise ValueError("every token has one log-probability, and a text that failed has none")
        return self


def score_key(context: str, text: str) -> str:
    """What names a text after a context: SHA-256 (hex) of the canonical JSON list of both."""
    return sha256_hex(canonical_bytes([context, text]))
