"""How a question becomes the text a model reads, and how a model marks its reasoning."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from certify.errors import EvidenceMissing
from certify.evidence.model import ReasoningTags

PROMPTS_VERSION = 2
"""Raised whenever any text of this module changes: journals of another version are not continued. Version 1 asked for
``\\boxed{}`` a second time where a problem did so itself."""

CHAT = "chat"
COMPLETION = "completion"

BOXED_INSTRUCTION = "\n\nReason step by step, then give only the final answer inside \\boxed{}."
"""Ends every question put through a chat template, so that the answer can be told from the talk."""

_VERSION = re.compile(r"\bprompts (\d{1,6})$")
_ENDING = 160
"""Characters of a problem in which an instruction of its own is looked for."""

COMPLETION_STOP = "\nQuestion:"
"""A model that goes on to write its next question has answered this one."""

FROZEN_NOW = datetime(2026, 1, 1, 12, 0, 0)
"""The date every chat template sees: a prompt must not change overnight."""

REASONING_PAIRS: tuple[tuple[str, str], ...] = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
)
"""Markers in use, tried in this order."""


def style_of(asked: str, *, has_template: bool) -> str:
    """The prompt style of a model: as asked, and where that is ``auto``, chat where there is a chat template.

    Raises:
        EvidenceMissing: CERT-E060, chat is asked for and the model has no chat template.
    """
    style = asked if asked != "auto" else CHAT if has_template else COMPLETION
    if style == CHAT and not has_template:
        raise EvidenceMissing(
            "CERT-E060",
            "this model has no chat template",
            "prompt style chat needs one",
            "use the prompt style completion",
        )
    return style


def completion_prompt(text: str, system_prompt: str | None = None) -> str:
    """The prompt of style ``completion``: ``Question: {text}``, a new line, ``Answer:``."""
    before = f"{system_prompt}\n\n" if system_prompt else ""
    return f"{before}Question: {text}\nAnswer:"


def single_prompt(text: str, system_prompt: str | None = None, *, raw: bool) -> str:
    """The prompt of one question in style ``completion``; a raw one is a whole prompt already."""
    if not raw:
        return completion_prompt(text, system_prompt)
    return f"{system_prompt}\n\n{text}" if system_prompt else text


def planned_version(engine_version: str) -> int:
    """The version of these texts that a plan was made with; this one where its engine does not say."""
    found = _VERSION.search(engine_version)
    return int(found[1]) if found else PROMPTS_VERSION


def user_text(text: str) -> str:
    """What the user says in style ``chat``; a problem that ends with such an instruction of its own gets no second."""
    return text if "\\boxed{" in text[-_ENDING:] else text + BOXED_INSTRUCTION


def messages(text: str, system_prompt: str | None = None) -> list[dict[str, str]]:
    """The conversation of style ``chat``, ready for a chat template."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, {"role": "user", "content": user_text(text)}]


def conversation(
    earlier: Sequence[tuple[str, str]], text: str, system_prompt: str | None = None
) -> list[dict[str, str]]:
    """A conversation of style ``chat`` that went on, ready for a chat template.

    Args:
        earlier: what the user said and what the model wrote, reasoning included: the model's own template decides
            what of it to show again.
        text: what the user says now.
        system_prompt: text before everything.
    """
    before = [{"role": "system", "content": system_prompt}] if system_prompt else []
    for asked, said in earlier:
        before += [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]
    return [*before, {"role": "user", "content": text}]


def completion_transcript(earlier: Sequence[tuple[str, str]], text: str, system_prompt: str | None = None) -> str:
    """The prompt of style ``completion`` after earlier turns: each as :func:`completion_prompt`, with its answer.

    Args:
        earlier: what was asked and what was answered, without reasoning.
        text: what is asked now.
        system_prompt: text before everything.
    """
    before = f"{system_prompt}\n\n" if system_prompt else ""
    turns = "".join(f"{completion_prompt(asked)} {said.strip()}\n" for asked, said in earlier)
    return before + turns + completion_prompt(text)


def stop_strings(style: str) -> tuple[str, ...]:
    """Texts that end an answer and do not belong to it; a chat template needs none."""
    return (COMPLETION_STOP,) if style == COMPLETION else ()


def frozen_strftime(pattern: str) -> str:
    """What chat templates get instead of today's date."""
    return FROZEN_NOW.strftime(pattern)


def detect_reasoning(
    chat_template: str | None, vocabulary: Collection[str], rendered_prompt: str | None = None
) -> ReasoningTags | None:
    """The reasoning markers of a model, or None where nothing announces any.

    Args:
        chat_template: the template's source, if the model has one.
        vocabulary: the tokenizer's added and special tokens.
        rendered_prompt: a prompt ready for the model to go on; where it ends with the opening marker,
            answers will hold only the closing one.

    A pair counts when both markers are tokens of their own or the template names the closing one.
    """
    for opening, closing in REASONING_PAIRS:
        tokens = opening in vocabulary and closing in vocabulary
        opened = rendered_prompt is not None and rendered_prompt.rstrip().endswith(opening)
        if tokens or opened or (chat_template is not None and closing in chat_template):
            return ReasoningTags(open=opening, close=closing, opened_by_template=opened)
    return None
