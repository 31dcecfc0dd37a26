"""Episodes unfolded: from what was asked first and the answers so far to what is asked next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from certify.engines.reasoning import split_reasoning
from certify.engines.sessions import Message, session_of
from certify.evidence.answers import Completion, FinishReason, Question, Request
from certify.evidence.canonical import canonical_bytes
from certify.evidence.model import ReasoningTags

RequestKey = tuple[str, str, int]
Turns = Mapping[int, Completion]
"""The answers to one request, by turn."""


class Unfolded(NamedTuple):
    """An episode as far as it is answered."""

    asked: tuple[Message, ...]
    """Every message put to the model, and the one that waits for an answer where there is one."""
    said: tuple[Completion, ...]
    """The answers, in order."""

    @property
    def over(self) -> bool:
        """Whether nothing more is to be asked."""
        return len(self.asked) == len(self.said)


def unfold(opening: Question | Request, said: Turns, reasoning: ReasoningTags | None) -> Unfolded:
    """The episode that a question or request opens, followed for as long as there are answers.

    A single question is an episode of one turn. An engine's error ends an episode; so does its last turn.

    Args:
        opening: what is asked first, with the rule by which it goes on.
        said: answers by turn; those beyond the end are left out.
        reasoning: how the model marks its reasoning, which no session sees.

    Raises:
        UsageError: CERT-E102, no session has this name; never because of an answer.
    """
    asked, answers, spoken = (
        [Message(opening.text, opening.plain is True, opening.raw is True)],
        list[Completion](),
        list[str](),
    )
    while (completion := said.get(len(answers))) is not None:
        answers.append(completion)
        spoken.append(split_reasoning(completion.text, reasoning).answer)
        message = _following(opening, completion, spoken)
        if message is None:
            break
        asked.append(message)
    return Unfolded(tuple(asked), tuple(answers))


def by_request(completions: Iterable[Completion]) -> dict[RequestKey, dict[int, Completion]]:
    """Completions by the request they answer, then by turn."""
    found: dict[RequestKey, dict[int, Completion]] = {}
    for completion in completions:
        found.setdefault(completion.request_key, {})[completion.turn or 0] = completion
    return found


def most_turns(opening: Question | Request) -> int:
    """How many answers it takes at most."""
    return opening.episode.turns if opening.episode else 1


def transcript(episode: Unfolded) -> str:
    """A finished episode as one text: the answer of a single question, a JSON list of messages otherwise."""
    if len(episode.said) == 1:
        return episode.said[0].text
    spoken = [
        [{"role": "user", "content": message.text}, {"role": "assistant", "content": completion.text}]
        for message, completion in zip(episode.asked, episode.said, strict=False)
    ]
    return canonical_bytes([entry for pair in spoken for entry in pair]).decode("utf-8")


def _following(opening: Question | Request, last: Completion, spoken: Sequence[str]) -> Message | None:
    episode = opening.episode
    if episode is None or len(spoken) >= episode.turns or last.finish_reason is FinishReason.ERROR:
        return None
    return session_of(episode.session).following(episode.facts, spoken)
