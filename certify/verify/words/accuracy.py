"""Words of page one for problems answered on their own: fresh, published, an operator's, and pairs of them."""

from __future__ import annotations

from certify.evidence.certificate import Headline
from certify.evidence.looks import LookTaken
from certify.evidence.results import FreshReasoningResult, PrivateSetResult, StaticBenchmarkResult, StaticFreshGapResult
from certify.evidence.tasks import TaskOrigin
from certify.verify.words.languages import language_words
from certify.verify.words.printed import bounded, interval_words, p_words, percent, points, repeats


def fresh_headline(name: str, result: FreshReasoningResult) -> Headline:
    """Fresh problems: the share right with its interval, and the weakest family."""
    share = result.accuracy
    detail = (
        f"{interval_words(share)}; {share.items} problems{repeats(share)} from {len(result.families)} families, "
        f"{_weakest(result)}{stopped_words(result.looks)}{public_words(result)}"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _weakest(result: FreshReasoningResult) -> str:
    """The weakest family by name, with the answers behind its share; the first of several."""
    weakest = min(result.families, key=lambda one: one.share, default=None)
    if weakest is None:
        return f"weakest family {percent(result.lowest_family)}"
    counts = f"{weakest.family}, {weakest.right:,} of {weakest.answers:,} right"
    return f"weakest family {percent(result.lowest_family)} ({counts})"


def public_words(result: FreshReasoningResult) -> str:
    """Public families apart, with the distance between the two numbers."""
    share = result.public
    if share is None:
        return ""
    return (
        f"; apart from that {percent(share.estimate)} on {share.items} problems from "
        f"{len(result.public_families or ())} public families of reasoning-gym ({interval_words(share)}), "
        f"{points(share.estimate - result.accuracy.estimate)} against the own ones"
    )


def static_headline(name: str, result: StaticBenchmarkResult) -> Headline:
    """One published benchmark: the share right with its interval, test-time scaling named as such."""
    share = result.accuracy
    told = f"{interval_words(share)}; {share.items} items{repeats(share)} of {_named(result)}"
    detail = f"{told}{_guessed(result)}{stopped_words(result.looks)}{_scaling(result)}"
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _named(result: StaticBenchmarkResult) -> str:
    """The benchmark, or the task with its version, its metric and who scored."""
    task = result.task
    if task is None:
        return result.benchmark
    version = "" if task.version == "none" else f" version {task.version}"
    source = "the operator’s own task under" if task.origin is TaskOrigin.OPERATOR else "a task of"
    return f"{task.name}{version}, {source} lm-eval {task.lm_eval}, {task.metric} after {task.filter}"


def private_headline(name: str, result: PrivateSetResult) -> Headline:
    """An operator's own problems: the share right, and in which languages."""
    share = result.accuracy
    detail = (
        f"tested in {language_words(result.languages)}; {interval_words(share)}; {share.items} items{repeats(share)} "
        f"of the operator’s own set {result.name}, which is not published{_guessed(result)}"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _guessed(result: StaticBenchmarkResult | PrivateSetResult) -> str:
    """What somebody reaches who reads no question of multiple choice."""
    if result.floor is None:
        return ""
    how, _, letter = (result.floor_responder or "").partition("always-")
    said = f"always saying {letter}" if letter and not how else "guessing at random"
    return f"; {said} gives {percent(result.floor)}"


def gap_headline(name: str, result: StaticFreshGapResult) -> Headline:
    """Published problems against their fresh twins: the gap, its bound, and what the test could have found."""
    nothing = not result.static.estimate and not result.fresh.estimate
    told = "nothing was right on either side, so nothing is compared; " if nothing else ""
    return Headline(name=name, value=points(result.gap), detail=told + gap_words(result))


def gap_words(result: StaticFreshGapResult) -> str:
    """The bound of a gap, its test, and what that could have found."""
    test = f"{p_words(result.p_value)} on {result.items} pairs{_corrected(result.holm_p_value, result)}"
    return f"95 % upper bound {points(result.upper)}; {test}; {power_words(result)}{_margin(result)}"


def _margin(result: StaticFreshGapResult) -> str:
    if result.margin is None or result.margin_p_value is None:
        return ""
    against = f"against the planned margin of {points(result.margin).lstrip('+')}"
    return f"; {p_words(result.margin_p_value)} {against}{_corrected(result.holm_margin_p_value, result)}"


def _corrected(p_value: float | None, result: StaticFreshGapResult) -> str:
    """What a p-value is worth where the plan looked for a gap more than once."""
    if p_value is None or result.tests is None:
        return ""
    return f", {p_words(p_value)} by Holm’s rule as one of {result.tests} gaps tested"


def power_words(result: StaticFreshGapResult) -> str:
    """What the test of a gap could have found, or that there is no room for what it looks for."""
    against = points(result.power_against).lstrip("+")
    if result.fresh.estimate + result.power_against > 1:
        return f"above {percent(result.fresh.estimate)} there is no room for a gap of {against}"
    return f"power {result.power:.2f} against a gap of {against}"


def stopped_words(looks: tuple[LookTaken, ...] | None) -> str:
    """Where a run with looks ended: its estimate lies a little too far from the threshold where that was early."""
    if not looks:
        return ""
    last = looks[-1]
    return f"; stopped early at look {last.look} of {last.of}" if last.look < last.of else f"; {last.of} looks taken"


def _scaling(result: StaticBenchmarkResult) -> str:
    """The widest vote and choice as the test-time scaling they are."""
    if not result.scaling:
        return ""
    most = max(result.scaling, key=lambda point: point.answers)
    vote, reach = bounded(most.majority), bounded(most.any_right)
    return (
        f"; test-time scaling, not the model alone: majority of {most.answers} {vote}, "
        f"any of {most.answers} right {reach}"
    )
