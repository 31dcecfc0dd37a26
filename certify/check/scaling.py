"""Test-time scaling from answers that are there already: pass@k, all of k and majority@k."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from certify.check.base import Answers, estimate_of
from certify.check.verifiers import folded
from certify.evidence.answers import Outcome
from certify.evidence.results import ScalingPoint
from certify.statistics import Votes, all_right_at, majority_at, pass_at


def scaling_points(
    check: str, draws: Sequence[int] | None, samples: int, answers: Answers
) -> tuple[ScalingPoint, ...] | None:
    """One point for each planned number of answers, ascending; None where none was planned or items are too few.

    Args:
        check: whose answers.
        draws: numbers of answers taken together.
        samples: answers to each item.
        answers: judged.
    """
    counted = votes_of(check, samples, answers)
    points = [_point(k, samples, counted) for k in sorted(set(draws or ()))]
    return tuple(point for point in points if point is not None) or None


def votes_of(check: str, samples: int, answers: Answers) -> list[Votes]:
    """The votes on each item of a check, in the order of its items.

    Right answers are one candidate however they are written; wrong ones are told apart by their text. An answer
    that was cut off, unreadable or never given casts no vote.
    """
    right = answers.right(check)
    wrong: dict[str, Counter[str]] = {item: Counter() for item in right}
    for record in answers.records:
        if record.completion.check == check and record.outcome is Outcome.WRONG:
            wrong[record.completion.item][folded(record.answer or "")] += 1
    groups = {item: tuple(sorted(wrong[item].values())) for item in right}
    return [Votes(right[item], groups[item], samples - right[item] - sum(groups[item])) for item in sorted(right)]


def _point(k: int, samples: int, votes: Sequence[Votes]) -> ScalingPoint | None:
    right = [one.right for one in votes]
    reach, steady, vote = pass_at(right, samples, k), all_right_at(right, samples, k), majority_at(votes, k)
    if reach is None or steady is None or vote is None:
        return None
    return ScalingPoint(
        answers=k, any_right=estimate_of(reach), all_right=estimate_of(steady), majority=estimate_of(vote)
    )
