"""The prompts of a wave: the same turn of every episode that gets so far, whatever an earlier run has answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from certify.engines import prompts
from certify.engines.backend import Backend, Prompt
from certify.engines.episodes import Unfolded, unfold
from certify.engines.reasoning import split_reasoning
from certify.errors import EvidenceMissing
from certify.evidence.answers import Completion, Request, turn_key
from certify.evidence.canonical import canonical_bytes
from certify.evidence.model import ReasoningTags, TestedConfiguration
from certify.statistics.stream import turn_seed

Said = dict[tuple[str, str, int], dict[int, Completion]]


class Wave(NamedTuple):
    """What is to be answered together."""

    prompts: tuple[Prompt, ...]
    """For the engine."""
    refused: tuple[Prompt, ...]
    """Conversations that the model's own template would not render, as JSON: an error of that item alone."""


def next_wave(backend: Backend, requests: Sequence[Request], said: Said, turn: int) -> Wave:
    """The prompts of one turn after the first.

    Args:
        backend: renders conversations.
        requests: the whole run.
        said: all answers so far; those to every earlier turn are among them.
        turn: counted from 0, at least 1.
    """
    asked, refused = list[Prompt](), list[Prompt]()
    for request in requests:
        if request.episode is None or request.episode.turns <= turn:
            continue
        episode = unfold(request, said.get(request.key, {}), backend.configuration.reasoning)
        if len(episode.asked) <= turn:
            continue
        text, rendered = _rendered(backend, episode, turn)
        key, seed = turn_key(request.key, turn), turn_seed(request.seed, turn)
        (asked if rendered else refused).append(Prompt(key, text, seed, request.max_tokens))
    return Wave(tuple(asked), tuple(refused))


def plain_prompt(episode: Unfolded, turn: int, configuration: TestedConfiguration) -> str:
    """The prompt of a turn in style ``completion``: the transcript so far, without reasoning."""
    answers = [split_reasoning(one.text, configuration.reasoning).answer for one in episode.said[:turn]]
    if turn == 0:
        return prompts.single_prompt(episode.asked[0].text, configuration.system_prompt, raw=episode.asked[0].raw)
    texts = [message.text for message in episode.asked]
    earlier = list(zip(texts[:turn], answers, strict=True))
    return prompts.completion_transcript(earlier, texts[turn], configuration.system_prompt)


def chat_messages(episode: Unfolded, turn: int, configuration: TestedConfiguration) -> list[dict[str, str]]:
    """The conversation of a turn in style ``chat``: everything the model wrote, for its template to choose from."""
    said = [_whole(one.text, configuration.reasoning) for one in episode.said[:turn]]
    asked = [one.text if one.plain else prompts.user_text(one.text) for one in episode.asked]
    earlier = list(zip(asked[:turn], said, strict=True))
    return prompts.conversation(earlier, asked[turn], configuration.system_prompt)


def _rendered(backend: Backend, episode: Unfolded, turn: int) -> tuple[str, bool]:
    configuration = backend.configuration
    if configuration.prompt_style != prompts.CHAT:
        return plain_prompt(episode, turn, configuration), True
    messages = chat_messages(episode, turn, configuration)
    try:
        return backend.render_chat(messages), True
    except EvidenceMissing:
        return canonical_bytes(messages).decode("utf-8"), False


def _whole(text: str, tags: ReasoningTags | None) -> str:
    """What the model wrote with both markers of its reasoning in place, so that a template can find them."""
    if tags is None:
        return text
    opened = text if tags.open in text or not tags.opened_by_template else tags.open + text
    return opened if split_reasoning(text, tags).closed else opened + tags.close
