"""Puts questions to a twin in batches: continuations, and the log-probabilities of given texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tests.bench.contamination.twins import tokens

PLACES = 4
"""Decimals that are kept of a log-probability."""


WIDE = 4
"""Given texts need the whole vocabulary at every place, so that fewer fit into memory at a time."""


class Scored(NamedTuple):
    """A given text, token by token."""

    logprobs: list[float]
    means: list[float]
    """Mean log-probability over the vocabulary at each place."""
    deviations: list[float]
    """Its standard deviation."""


class Asker:
    """A twin with its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, batch: int) -> None:
        self.model, self.tokenizer, self.batch = model, tokenizer, batch

    def _cut(self, lengths: Sequence[int], share: int = 1) -> Iterator[list[int]]:
        """The places of each batch, or of a ``share``-th part of one, the short ones first."""
        order, size = sorted(range(len(lengths)), key=lambda place: lengths[place]), max(1, self.batch // share)
        for start in range(0, len(order), size):
            yield order[start : start + size]

    def continued(self, prompts: Sequence[str], new_tokens: int, temperature: float = 0.0, seed: int = 0) -> list[str]:
        """What follows each prompt, special tokens removed; the likeliest where the temperature is 0."""
        import torch

        torch.manual_seed(seed)
        texts = [""] * len(prompts)
        chosen: dict[str, Any] = {"do_sample": False}
        if temperature:
            chosen = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
        for places in self._cut([len(prompt) for prompt in prompts]):
            given = self.tokenizer(
                [prompts[place] for place in places], return_tensors="pt", padding=True, return_token_type_ids=False
            ).to(self.model.device)
            with torch.inference_mode():
                out = self.model.generate(**given, **chosen, max_new_tokens=new_tokens, pad_token_id=0, eos_token_id=1)
            new = self.tokenizer.batch_decode(out[:, given["input_ids"].shape[1] :], skip_special_tokens=True)
            for place, text in zip(places, new, strict=True):
                texts[place] = text
        return texts

    def scored(self, pairs: Sequence[tuple[str, str]], moments: bool = False) -> list[Scored]:
        """Each text after its context, which must not be empty.

        Args:
            pairs: context and text.
            moments: whether the mean and spread over the vocabulary are wanted too.
        """
        import torch

        contexts = tokens(self.tokenizer, [context for context, _ in pairs])
        texts = tokens(self.tokenizer, [text for _, text in pairs])
        wholes = [context + text for context, text in zip(contexts, texts, strict=True)]
        found = [Scored([], [], [])] * len(pairs)
        for places in self._cut(list(map(len, wholes)), WIDE):
            ids = torch.zeros((len(places), max(len(wholes[place]) for place in places)), dtype=torch.long)
            for row, place in enumerate(places):
                ids[row, : len(wholes[place])] = torch.tensor(wholes[place])
            ids = ids.to(self.model.device)
            with torch.inference_mode():
                all_of_them = self.model(input_ids=ids[:, :-1], use_cache=False).logits.float().log_softmax(-1)
                given = all_of_them.gather(-1, ids[:, 1:, None])[..., 0].cpu()
                means, deviations = _moments(all_of_them) if moments else (given, given)
            for row, place in enumerate(places):
                part = slice(len(contexts[place]) - 1, len(wholes[place]) - 1)
                parts = [_rounded(each[row, part]) for each in (given, means, deviations)]
                found[place] = Scored(parts[0], *(parts[1:] if moments else ([], [])))
        return found


def _moments(all_of_them: Any) -> tuple[Any, Any]:
    weights = all_of_them.exp()
    mean = (weights * all_of_them).sum(-1)
    spread = (weights * all_of_them.square()).sum(-1) - mean.square()
    return mean.cpu(), spread.clamp_min(0).sqrt().cpu()


def _rounded(values: Any) -> list[float]:
    return [round(value, PLACES) for value in values.tolist()]
