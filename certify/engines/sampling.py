"""Choosing the next token: a pure function of logits and one random number a row.

Each answer draws from its own generator, one number a token, so what one answer gets does not depend on
which others run beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certify.evidence.model import Sampling


def generator_for(seed: int) -> Any:
    """The random generator of one answer."""
    import torch

    return torch.Generator(device="cpu").manual_seed(seed)


def choose(logits: Any, sampling: Sampling, generators: Sequence[Any]) -> Any:
    """The next token of each row.

    Args:
        logits: tensor [rows, vocabulary].
        sampling: temperature 0 takes the likeliest token; otherwise temperature, then top_k, then top_p.
        generators: one a row; each gives exactly one number.

    Returns:
        Integer tensor [rows] on the device of ``logits``.
    """
    import torch

    if sampling.temperature == 0:
        return logits.argmax(dim=-1)
    weights = torch.softmax(logits.double() / sampling.temperature, dim=-1)
    draws = torch.stack([torch.rand((), generator=one, dtype=torch.float64) for one in generators])
    draws = draws.to(weights.device).unsqueeze(1)
    if sampling.top_k == 0 and sampling.top_p == 1.0:
        return _pick(weights, draws)
    ordered, tokens = weights.sort(dim=-1, descending=True, stable=True)
    if sampling.top_k:
        ordered[:, sampling.top_k :] = 0.0
        ordered /= ordered.sum(dim=-1, keepdim=True)
    if sampling.top_p < 1.0:
        ordered[ordered.cumsum(dim=-1) - ordered >= sampling.top_p] = 0.0
        ordered[:, 0] = ordered[:, 0].clamp_min(torch.finfo(torch.float64).tiny)  # top_p 0 keeps the likeliest
    return tokens.gather(1, _pick(ordered, draws).unsqueeze(1)).squeeze(1)


def _pick(weights: Any, draws: Any) -> Any:
    import torch

    sums = weights.cumsum(dim=-1)
    found = torch.searchsorted(sums, draws * sums[:, -1:], right=True).squeeze(1)
    last = weights.shape[1] - 1 - weights.gt(0).flip(1).int().argmax(dim=1)
    return torch.minimum(found, last)
