"""Log-probabilities of given texts by a transformers model: one pass over each token, logits a slice at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certify.engines.backend import batches
from certify.engines.codec import Codec
from certify.engines.scoring import Encoded, Keep, Passage, Scores, Window, encoded, score_of
from certify.errors import EvidenceMissing
from certify.evidence.scores import TextScore

MOST_LOGITS = 1 << 25
"""Logits in float32 that are held at once: 128 MiB."""


class HfScorer:
    """Scores texts in batches that are the same in every run.

    Args:
        network: the model.
        codec: its tokenizer.
        context_length: most tokens it reads.
        batch_size: windows that are read together.
        accepted: names of the arguments that its ``forward`` takes.
    """

    def __init__(
        self, network: Any, codec: Codec, context_length: int, batch_size: int, accepted: frozenset[str]
    ) -> None:
        self._network, self._codec = network, codec
        self._context_length, self._batch_size, self._accepted = context_length, batch_size, accepted

    def score(self, passages: Sequence[Passage], done: frozenset[str], keep: Keep) -> None:
        """Scores what is not done, longest texts first."""
        import torch

        every = [encoded(passage, self._codec, self._context_length) for passage in passages]
        every.sort(key=lambda one: (-sum(len(window.ids) for window in one.windows), one.passage.key))
        for batch in batches(every, self._batch_size):
            open_ones = [one for one in batch if one.passage.key not in done]
            if open_ones:
                with torch.inference_mode():
                    keep(self._scores(open_ones))

    def _scores(self, batch: Sequence[Encoded]) -> list[TextScore]:
        windows = [window for one in batch for window in one.windows]
        wanted = any(one.passage.moments for one in batch)
        found = iter([scores for part in batches(windows, self._batch_size) for scores in self._read(part, wanted)])
        return [score_of(one, [next(found) for _ in one.windows]) for one in batch]

    def _read(self, windows: Sequence[Window], moments: bool) -> list[Scores]:
        """Reads windows side by side, padded at their ends, which no token before them sees."""
        import torch

        width = max(len(window.ids) for window in windows)
        padding, device = self._codec.padding, self._network.device
        rows = [window.ids + [padding] * (width - len(window.ids)) for window in windows]
        tokens = torch.tensor(rows, device=device)
        lengths = torch.tensor([[len(window.ids)] for window in windows], device=device)
        mask = (torch.arange(width, device=device) < lengths).long()
        values, likeliest, spread = self._told(tokens, mask, min(window.start for window in windows), moments)
        spans = [slice(window.start - 1, len(window.ids) - 1) for window in windows]
        return [
            Scores(
                values[row, span].tolist(),
                bool(likeliest[row, span].all()),
                [(mean, deviation) for mean, deviation in spread[row, span].tolist()] if moments else (),
            )
            for row, span in enumerate(spans)
        ]

    def _told(self, tokens: Any, mask: Any, first: int, moments: bool) -> tuple[Any, Any, Any]:
        """Of each token but the first: its log-probability (before ``first``, 0), whether it was the likeliest, and
        the moments of its place where they are wanted."""
        import torch

        rows, width = tokens.shape
        step = max(1, MOST_LOGITS // (rows * self._network.config.get_text_config().vocab_size))
        values = torch.zeros((rows, width - 1), dtype=torch.float32)
        likeliest = torch.ones((rows, width - 1), dtype=torch.bool)
        spread = torch.zeros((rows, width - 1, 2) if moments else (0,), dtype=torch.float32)
        cache = None
        for start in range(0, width - 1, step):
            end = min(start + step, width - 1)
            wanted = max(start, min(first - 1, end - 1))
            logits, cache = self._forward(tokens[:, start:end], mask[:, :end], cache, end - wanted, end < width - 1)
            target = tokens[:, wanted + 1 : end + 1].unsqueeze(-1)
            told = logits.gather(-1, target).squeeze(-1) - logits.logsumexp(dim=-1)
            values[:, wanted:end] = told.cpu()
            if moments:
                spread[:, wanted:end] = _moments(logits).cpu()
            likeliest[:, wanted:end] = (logits.argmax(dim=-1, keepdim=True) == target).squeeze(-1).cpu()
        return values, likeliest, spread

    def _forward(self, tokens: Any, mask: Any, cache: Any, wanted: int, more: bool) -> tuple[Any, Any]:
        positions = (mask.cumsum(dim=1) - 1)[:, -tokens.shape[1] :]
        last_only = {"logits_to_keep": wanted} if "logits_to_keep" in self._accepted else {}
        output = self._network(
            input_ids=tokens,
            attention_mask=mask,
            past_key_values=cache,
            use_cache=more or cache is not None,
            **({"position_ids": positions} if "position_ids" in self._accepted else {}),
            **last_only,
        )
        kept = getattr(output, "past_key_values", None)
        return output.logits[:, -wanted:, :].float(), require_cache(self._network, kept) if more else None


def _moments(logits: Any) -> Any:
    """Mean and standard deviation of the log-probability at each place, each token weighted by its probability."""
    import torch

    logprobs = logits.log_softmax(dim=-1)
    weights = logprobs.exp()
    logprobs = logprobs.where(weights > 0, 0.0)  # what cannot stand there weighs nothing, however unlikely
    mean = (weights * logprobs).sum(dim=-1)
    square = (weights * (logprobs - mean.unsqueeze(-1)) ** 2).sum(dim=-1)
    return torch.stack((mean, square.sqrt()), dim=-1)


def require_cache(network: Any, cache: Any) -> Any:
    """The key-value cache of a network.

    Raises:
        EvidenceMissing: CERT-E060, it keeps none of the kind that is needed.
    """
    if not hasattr(cache, "batch_select_indices"):
        raise EvidenceMissing(
            "CERT-E060",
            f"{type(network).__name__} keeps no key-value cache that the hf engine can use",
            "this architecture is not supported by the engine",
            "try --engine vllm",
        )
    return cache
