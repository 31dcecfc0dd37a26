"""Log-probabilities of given texts by vLLM: it tells those of a whole prompt, of which only the text's are parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certify.engines.backend import batches
from certify.engines.codec import Codec
from certify.engines.scoring import Keep, Passage, Scores, Window, encoded, score_of

CALL = 8
"""Batches that are read between two commits."""


class VllmScorer:
    """Scores texts with a ``vllm.LLM``.

    Args:
        engine: the LLM.
        codec: the model's tokenizer.
        context_length: most tokens it reads.
        batch_size: texts that it reads together.
    """

    def __init__(self, engine: Any, codec: Codec, context_length: int, batch_size: int) -> None:
        self._engine, self._codec = engine, codec
        self._context_length, self._call_size = context_length, batch_size * CALL

    def score(self, passages: Sequence[Passage], done: frozenset[str], keep: Keep) -> None:
        """Scores what is not done, in the order asked."""
        for batch in batches([passage for passage in passages if passage.key not in done], self._call_size):
            every = [encoded(passage, self._codec, self._context_length) for passage in batch]
            found = iter(self._read([window for one in every for window in one.windows]))
            keep([score_of(one, [next(found) for _ in one.windows]) for one in every])

    def _read(self, windows: Sequence[Window]) -> list[Scores]:
        import vllm

        if not windows:
            return []
        # 0 asks for the prompt's own tokens and no likelier ones; their rank tells whether there were any
        asked = vllm.SamplingParams(n=1, temperature=0.0, max_tokens=1, prompt_logprobs=0, detokenize=False)
        prompts = [{"prompt_token_ids": window.ids} for window in windows]
        outputs = self._engine.generate(prompts, [asked] * len(windows), use_tqdm=False)
        return [_scores(window, output.prompt_logprobs) for window, output in zip(windows, outputs, strict=True)]


def _scores(window: Window, told: Any) -> Scores:
    tokens = window.ids[window.start :]
    own = [one[token] for one, token in zip(told[window.start :], tokens, strict=True)]
    return Scores([float(one.logprob) for one in own], all(one.rank == 1 for one in own))
