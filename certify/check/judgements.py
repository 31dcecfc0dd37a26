"""Completions judged: one record for each, and none for anything that was not planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from certify.check.decimal_comma import with_point
from certify.check.extraction import find_answer, without_answer
from certify.check.structures import find_structure
from certify.check.tasks.judging import Scorers, judged_task
from certify.check.tools.judging import TOOLS, judged_tools
from certify.check.verifiers import is_numeric, is_structured, verify
from certify.engines.episodes import RequestKey, unfold
from certify.engines.reasoning import split_reasoning
from certify.engines.replies import sound
from certify.errors import EvidenceMissing
from certify.evidence.answers import Completion, FinishReason, ItemRecord, Outcome, Question
from certify.evidence.model import ReasoningTags
from certify.evidence.parameters import TASK_PREFIX


def judge(
    questions: Sequence[Question],
    completions: Iterable[Completion],
    reasoning: ReasoningTags | None,
    *,
    samples: Mapping[str, int],
    prompt_style: str = "completion",
    tasks: Mapping[str, Path] | None = None,
) -> tuple[ItemRecord, ...]:
    """One record for each planned answer, sorted by key; an episode is one answer. Nothing but the arguments enters.

    Args:
        questions: every question of the run.
        completions: every answer, in any order.
        reasoning: how the model marks its reasoning, as planned.
        samples: planned answers to each question, by check.
        prompt_style: ``chat`` or ``completion``, as planned.
        tasks: the file of each task of lm-eval, by its name.

    Raises:
        EvidenceMissing: CERT-E064, the answers are not exactly the planned ones; CERT-E563, a task cannot be scored.
    """
    asked = {(question.check, question.item): question for question in questions}
    given: dict[RequestKey, dict[int, Completion]] = {}
    for completion in completions:
        turns = given.setdefault(completion.request_key, {})
        if (completion.turn or 0) in turns:
            raise _other_answers(f"{_named(completion.request_key)} is answered twice")
        turns[completion.turn or 0] = completion
    _require_planned({(*key, repeat) for key in asked for repeat in range(samples.get(key[0], 0))}, set(given))
    chat = prompt_style == "chat"
    with Scorers(tasks or {}) as scorers:
        return tuple(_record(asked[key[:2]], given[key], reasoning, scorers, chat=chat) for key in sorted(given))


def judged(question: Question, completion: Completion, reasoning: ReasoningTags | None, *, chat: bool) -> ItemRecord:
    """The record of one answer."""
    if completion.finish_reason is FinishReason.ERROR:
        return ItemRecord(completion=completion, answer=None, outcome=Outcome.ERROR)
    text, closed = split_reasoning(completion.text, reasoning)
    cut_off = completion.finish_reason is FinishReason.LENGTH
    comma = question.decimal_comma is True
    numeric, structured = comma or is_numeric(question.verifier, question.gold), is_structured(question.verifier)
    reading = find_structure if structured else partial(find_answer, numeric=numeric)
    answer = reading(text, chat=chat, cut_off=cut_off) if closed else None
    if answer is None:
        outcome = without_answer(text, closed, cut_off, completion.token_ids)
    else:
        answer = sound(answer)  # JSON escapes spell characters that the text itself could not hold
        golds = (question.gold, *(question.aliases or ()))
        read = with_point(answer) if comma else answer
        right = read is not None and any(verify(question.verifier, read, gold) for gold in golds)
        outcome = Outcome.CORRECT if right else Outcome.WRONG
    return ItemRecord(completion=completion, answer=answer, outcome=outcome)


def _scored(question: Question, completion: Completion) -> ItemRecord:
    """The record of a given text: scored, and neither right nor wrong."""
    if completion.logprobs is None or completion.text != question.given:
        raise _other_answers(f"{_named(completion.request_key)} is not the score of the text that was given")
    failed = completion.finish_reason is FinishReason.ERROR
    return ItemRecord(completion=completion, answer=None, outcome=Outcome.ERROR if failed else Outcome.SCORED)


def _record(
    question: Question,
    turns: Mapping[int, Completion],
    reasoning: ReasoningTags | None,
    scorers: Scorers,
    *,
    chat: bool,
) -> ItemRecord:
    """The record of an episode: its last answer judged, the earlier ones beside it."""
    episode = unfold(question, turns, reasoning)
    if not episode.over:
        raise _other_answers(f"turn {len(episode.said) + 1} of {question.check}, item {question.item} is missing")
    if len(turns) > len(episode.said):
        raise _other_answers(f"{question.check}, item {question.item} is answered after it was over")
    if question.given is not None or any(one.logprobs is not None for one in episode.said):
        record = _scored(question, episode.said[-1])
    elif question.verifier in TOOLS:
        record = judged_tools(question, episode.said, reasoning)
    elif question.verifier.startswith(TASK_PREFIX):
        record = judged_task(question, episode.said[-1], reasoning, scorers.of(question.verifier))
    else:
        record = judged(question, episode.said[-1], reasoning, chat=chat)
    return record if len(episode.said) == 1 else record.model_copy(update={"earlier": episode.said[:-1]})


def _require_planned(planned: set[RequestKey], given: set[RequestKey]) -> None:
    if planned == given:
        return
    missing, extra = sorted(planned - given), sorted(given - planned)
    told = [f"{len(missing)} planned answers are missing, first {_named(missing[0])}"] if missing else []
    told += [f"{len(extra)} answers were not planned, first {_named(extra[0])}"] if extra else []
    raise _other_answers("; ".join(told))


def _named(key: RequestKey) -> str:
    return f"{key[0]}, item {key[1]}, answer {key[2] + 1}"


def _other_answers(what: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E064",
        what,
        why="an evaluation counts only with exactly the answers that were planned",
        hint="run the same command again: answers that are there are kept, missing ones are asked",
    )
