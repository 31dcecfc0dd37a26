"""The replay engine: gives recorded answers again, without any model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from certify.engines import prompts as formats
from certify.engines.backend import Commit, Generation, Order, Prompt, batches
from certify.engines.codec import EXAMPLE
from certify.engines.journal import read_journal, read_scores
from certify.engines.models import common_versions
from certify.engines.order import EngineFacts, Key, WorkOrder
from certify.engines.scoring import Keep, Passage, Scorer
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.answers import Completion, FinishReason
from certify.evidence.canonical import sha256_hex
from certify.evidence.model import GREEDY, Sampling, TestedConfiguration
from certify.evidence.scores import TextScore

CONTEXT_LENGTH = 1_000_000
Answer = Callable[[Prompt], Generation]
Given = tuple[str, str]
"""Digest of a context, and the text after it."""


class ReplayBackend:
    """Answers from a function; :meth:`load` makes one that looks answers up in a recorded journal."""

    def __init__(
        self,
        answer: Answer,
        configuration: TestedConfiguration,
        batch_size: int = 16,
        scores: Mapping[str, TextScore] | None = None,
        given: Mapping[Given, TextScore] | None = None,
    ) -> None:
        self._answer = answer
        self._configuration = configuration
        self._batch_size = batch_size
        self._scores = scores
        self._given = given

    @classmethod
    def load(cls, order: Order) -> Self:
        """The engine that replays the recording of an order.

        Raises:
            UsageError: CERT-E010, the order names no recording.
        """
        if not isinstance(order, WorkOrder):
            return cls(_unrecorded, replay_configuration(order.sampling or GREEDY, order.system_prompt))
        if order.recording is None:
            raise UsageError("CERT-E010", "the replay engine needs a recording", "", "name a journal to replay")
        recorded, scores = read_journal(Path(order.recording)), read_scores(Path(order.recording))
        given = {(one.prompt_sha256, one.text): _as_score(one) for one in recorded.values() if one.logprobs is not None}
        sampling, system_prompt = order.configuration.sampling, order.configuration.system_prompt
        configuration = replay_configuration(sampling, system_prompt)
        return cls(_lookup(recorded), configuration, order.batch_size, scores or None, given or None)

    @property
    def configuration(self) -> TestedConfiguration:
        """The conditions: none but the recording."""
        return self._configuration

    def facts(self) -> EngineFacts:
        """There is little to know about a recording."""
        prompt = formats.completion_prompt(EXAMPLE, self._configuration.system_prompt)
        return EngineFacts(vocabulary=0, end_tokens=(), example_prompt=prompt, hardware="none")

    def render_chat(self, messages: Sequence[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """A plain rendering; recordings of chat prompts are looked up by key, not by prompt."""
        spoken = "".join(f"{message['role']}: {message['content']}\n" for message in messages)
        return spoken + ("assistant:" if add_generation_prompt else "")

    def generate(self, prompts: Sequence[Prompt], done: frozenset[Key], commit: Commit) -> None:
        """Gives the answers of what is not done, in the order asked."""
        for batch in batches(prompts, self._batch_size):
            open_ones = [prompt for prompt in batch if prompt.key not in done]
            if open_ones:
                commit([self._answer(prompt) for prompt in open_ones])

    def attention(self) -> None:
        """Not known here."""

    def scorer(self) -> Scorer | None:
        """What gives recorded scores again; None where none were recorded."""
        if self._scores is None and self._given is None:
            return None
        return _Recorded(self._scores or {}, self._given or {}, self._batch_size)


class _Recorded:
    """Scores that were recorded."""

    def __init__(self, scores: Mapping[str, TextScore], given: Mapping[Given, TextScore], batch_size: int) -> None:
        self._scores, self._given = scores, given
        self._batch_size = batch_size

    def score(self, passages: Sequence[Passage], done: frozenset[str], keep: Keep) -> None:
        """Gives the scores of what is not done, in the order asked."""
        for batch in batches([one for one in passages if one.key not in done], self._batch_size):
            keep([self._found(passage) for passage in batch])

    def _found(self, passage: Passage) -> TextScore:
        found = self._scores.get(passage.key) or self._given.get((sha256_hex(passage.context.encode()), passage.text))
        if found is None:
            raise _not_recorded("score of", passage.text[:60])
        return found.model_copy(update={"text_sha256": passage.key})


def replay_configuration(sampling: Sampling, system_prompt: str | None = None) -> TestedConfiguration:
    """The configuration of the replay engine."""
    return TestedConfiguration(
        engine="replay",
        engine_version=common_versions(),
        dtype="none",
        prompt_style=formats.COMPLETION,
        system_prompt=system_prompt,
        sampling=sampling,
        context_length=CONTEXT_LENGTH,
    )


def _as_score(completion: Completion) -> TextScore:
    """The score that a completion of a given text holds; whether its tokens were the likeliest is not recorded."""
    return TextScore(
        text_sha256=completion.prompt_sha256,  # its context is not recorded; whoever asks knows the text's own key
        context_tokens=completion.prompt_tokens,
        token_ids=completion.token_ids,
        logprobs=completion.logprobs or (),
        greedy=False,
        failed=completion.finish_reason is FinishReason.ERROR or None,
        moments=completion.moments,
    )


def _lookup(recorded: Mapping[Key, Completion]) -> Answer:
    def answer(prompt: Prompt) -> Generation:
        found = recorded.get(prompt.key)
        if found is None:
            return _unrecorded(prompt)
        return Generation(prompt.key, found.text, found.token_ids, found.finish_reason, found.prompt_tokens)

    return answer


def _unrecorded(prompt: Prompt) -> Generation:
    raise _not_recorded("answer to", "/".join(map(str, prompt.key)))


def _not_recorded(what: str, which: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E060",
        f"the recording has no {what} {which}",
        "a recording answers only what it was asked",
        "replay it for the run that it was recorded in",
    )
