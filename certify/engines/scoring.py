"""Given texts scored instead of answers generated: what engines are asked, and a journal so that none is asked twice.

A text after a context is one window of tokens. A text without a context is scored after the token that opens every
text; where it is longer than the model can read it is cut into windows, each shown as much of the text as fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple, Protocol

from certify.engines.journal import Journal
from certify.errors import EvidenceMissing
from certify.evidence.scores import Moments, TextScore, score_key

if TYPE_CHECKING:
    from certify.engines.backend import Backend
    from certify.engines.codec import Codec

DECIMALS = 6
"""Of a log-probability: what a number of 32 bits holds."""
RESERVED = 2
"""Tokens of the context length that no window uses: some engines want room to write one, and one is only predicted."""


class Passage(NamedTuple):
    """A text to be scored."""

    key: str
    context: str
    """What stands before it, read but not scored; may be empty."""
    text: str
    moments: bool = False
    """Whether mean and standard deviation of the log-probability are asked with it."""

    @classmethod
    def of(cls, context: str, text: str, moments: bool = False) -> Passage:
        """The passage of a context and a text, named by both."""
        return cls(score_key(context, text), context, text, moments)


class Window(NamedTuple):
    """Tokens that a model reads at once."""

    ids: list[int]
    start: int
    """At least 1; the tokens from here on are scored."""


class Encoded(NamedTuple):
    """A passage in tokens."""

    passage: Passage
    windows: list[Window]
    """None where it cannot be scored: it has no token, one that the model lacks, or too many after a context."""


class Scores(NamedTuple):
    """What an engine found for a window."""

    logprobs: Sequence[float]
    """Of its scored tokens."""
    greedy: bool
    """Whether each was the likeliest."""
    moments: Sequence[tuple[float, float]] = ()
    """Of each scored token, where the engine tells them."""


Keep = Callable[[Sequence[TextScore]], None]
"""Takes finished scores; when it returns they are safe."""


class Scorer(Protocol):
    """An engine that tells log-probabilities of given texts."""

    def score(self, passages: Sequence[Passage], done: frozenset[str], keep: Keep) -> None:
        """Scores every passage whose key is not in ``done``, giving the scores to ``keep`` in batches."""
        ...


def encoded(passage: Passage, codec: Codec, context_length: int) -> Encoded:
    """A passage in tokens, by the rules of lm-eval's own models.

    Args:
        passage: the text.
        codec: the model's tokenizer.
        context_length: most tokens the model reads.

    Source: lm-eval, ``TemplateLM._encode_pair`` and ``get_rolling_token_windows``.
    """
    longest = context_length - RESERVED
    context, text = codec.encode_pair(passage.context, passage.text)
    readable = codec.readable(context) and codec.readable(text)
    if not readable or longest < 1 or (passage.context and len(text) > longest):
        return Encoded(passage, [])
    if passage.context:
        ids = (context + text)[-longest - 1 :]
        return Encoded(passage, [Window(ids, len(ids) - len(text))])
    return Encoded(passage, list(_rolling(context[-1], text, longest)))


def _rolling(opening: int, text: list[int], longest: int) -> Iterable[Window]:
    from lm_eval.utils import get_rolling_token_windows

    for read, predicted in get_rolling_token_windows(text, opening, longest, 1):
        yield Window([*read, predicted[-1]], len(read) + 1 - len(predicted))


def score_of(one: Encoded, found: Sequence[Scores]) -> TextScore:
    """The score of a passage by what an engine found for its windows; a failed one where a number is none."""
    values = [value for scores in found for value in scores.logprobs]
    moments = _moments(found) if one.passage.moments else None
    if not one.windows or not all(map(isfinite, values)):
        return failed_score(one.passage)
    return TextScore(
        text_sha256=one.passage.key,
        context_tokens=one.windows[0].start,
        token_ids=tuple(token for window in one.windows for token in window.ids[window.start :]),
        logprobs=tuple(map(_printed, values)),
        greedy=all(scores.greedy for scores in found),
        moments=moments,
    )


def failed_score(passage: Passage) -> TextScore:
    """What is said of a text that cannot be scored."""
    return TextScore(text_sha256=passage.key, context_tokens=0, token_ids=(), logprobs=(), greedy=False, failed=True)


def _printed(logprob: float) -> float:
    return min(0.0, round(logprob, DECIMALS)) + 0.0  # -0.0 has no canonical form


def _moments(found: Sequence[Scores]) -> Moments | None:
    """The moments of every scored token; None where the engine told none, or one that is no number."""
    told = [pair for scores in found for pair in scores.moments]
    if len(told) != sum(len(scores.logprobs) for scores in found) or not all(
        isfinite(x) for pair in told for x in pair
    ):
        return None
    return tuple((_printed(mean), round(max(0.0, deviation), DECIMALS)) for mean, deviation in told)


def scored(backend: Backend, journal: Journal, passages: Sequence[Passage]) -> dict[str, TextScore]:
    """The score of every passage by its key; what the journal holds is not asked for again.

    Args:
        backend: the engine, loaded.
        journal: open for this run.
        passages: a text that occurs twice is scored once.

    Raises:
        EvidenceMissing: CERT-E060, the engine gives no log-probabilities.
    """
    distinct = {passage.key: passage for passage in passages}
    held = journal.scores()
    if distinct.keys() - held.keys():
        scorer = backend.scorer()
        if scorer is None:
            raise _not_given(backend.configuration.engine)
        scorer.score(list(distinct.values()), frozenset(held), journal.append)
        held = journal.scores()
    return {key: held[key] for key in distinct}


def _not_given(engine: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E060",
        f"the {engine} engine gives no log-probabilities of given texts for this model",
        "some servers tell none, and a chat interface cannot",
        "use --engine hf or vllm, or a server whose completions take echo and logprobs, such as vLLM's",
    )
