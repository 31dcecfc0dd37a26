"""How familiar a text looks: five scores of published detectors, each higher where it looks more so. Total."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from math import fsum

from certify.evidence.answers import Completion

LOWEST = 0.2
"""Share of the tokens, the least likely ones, that Min-K% looks at. Source: Shi et al. 2023, arXiv 2310.16789."""
DECIMALS = 6
_LEAST = -10_000.0
"""Nats; what a server says beyond this is no log-probability, and must not overflow a sum."""
_WORDS = 3


def min_k(text: Completion) -> float | None:
    """Mean log-probability of the least likely fifth of the tokens; None where the text has no token.

    Source: Min-K%, arXiv 2310.16789.
    """
    return _lowest(_logprobs(text))


def min_k_plus(text: Completion) -> float | None:
    """The same of log-probabilities standardised at each place over the vocabulary; None where no moments were told.

    Source: Min-K%++, arXiv 2404.02936, equation 3.
    """
    if text.logprobs is None or text.moments is None:
        return None
    pairs = zip(_logprobs(text), text.moments, strict=True)
    standard = ((value - max(mean, _LEAST)) / deviation if deviation > 0 else 0.0 for value, (mean, deviation) in pairs)
    return _lowest([min(max(value, _LEAST), -_LEAST) for value in standard])


def zlib_ratio(text: Completion) -> float | None:
    """Log-probability of the text for each byte that zlib packs it into.

    Source: Carlini et al. 2021, arXiv 2012.07805.
    """
    if not text.logprobs:
        return None
    packed = len(zlib.compress(text.text.encode("utf-8", "replace"), 9))
    return round(fsum(_logprobs(text)) / packed, DECIMALS)


def contextual_fall(alone: Completion, after: Completion) -> float | None:
    """By how much the mean log-probability of a token falls when other items stand before the text.

    Source: CoDeC, arXiv 2510.27055: what was learned by heart is disturbed by neighbours, what was not is helped.
    """
    if not alone.logprobs or not after.logprobs:
        return None
    before, behind = (fsum(_logprobs(one)) / len(_logprobs(one)) for one in (alone, after))
    return round(before - behind, DECIMALS) + 0.0


def likeness(first: str, second: str) -> float:
    """Share of runs of three words that two answers have in common (Dice), 0 to 1; of words where they are shorter."""
    runs = [_runs(text) for text in (first, second)]
    shared, whole = (runs[0] & runs[1]).total(), runs[0].total() + runs[1].total()
    return round(2 * shared / whole, DECIMALS) if whole else 0.0


def _logprobs(text: Completion) -> list[float]:
    return [max(value, _LEAST) for value in text.logprobs or ()]


def _lowest(values: Sequence[float]) -> float | None:
    count = max(1, int(len(values) * LOWEST))
    return round(fsum(sorted(values)[:count]) / count, DECIMALS) + 0.0 if values else None


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = text.casefold().split()
    size = _WORDS if len(words) >= _WORDS else 1
    return Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))
