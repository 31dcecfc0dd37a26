"""How likely a model finds a text that is given to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import canonical_bytes, sha256_hex

LogProbability = Annotated[float, Field(le=0.0, allow_inf_nan=False)]
"""Natural logarithm of a probability."""

Moments = tuple[tuple[LogProbability, Annotated[float, Field(ge=0.0, allow_inf_nan=False)]], ...]
"""For each token, mean and standard deviation of the log-probability over the whole vocabulary at its place, each
token of it weighted by its own probability there. Source: Min-K%++ (Zhang et al. 2024), equation 3."""


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
    moments: Moments | None = None
    """Where they were asked for and the engine tells them; absent otherwise."""

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
        require_one_each(self.token_ids, self.logprobs, self.moments, failed=self.failed is True)
        return self


def require_one_each(
    tokens: Sequence[int], logprobs: Sequence[float] | None, moments: Moments | None, *, failed: bool
) -> None:
    """Returns if every token of a scored text has one log-probability, and one pair of moments where there are any.

    Args:
        tokens: of the text.
        logprobs: None where nothing was scored, and then there are no moments.
        moments: None where none were told.
        failed: whether it could not be scored; then there are none of all.

    Raises:
        ValueError: otherwise.
    """
    counts = {len(tokens)} if logprobs is not None else set[int]()
    counts |= {len(one) for one in (logprobs, moments) if one is not None}
    if len(counts) > 1 or (logprobs is None and moments is not None) or (failed and logprobs):
        raise ValueError("every token has one log-probability, and a text that failed has none")


def score_key(context: str, text: str) -> str:
    """What names a text after a context: SHA-256 (hex) of the canonical JSON list of both."""
    return sha256_hex(canonical_bytes([context, text]))
