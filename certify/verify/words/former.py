"""Words of page one as wordings up to 4 had them, so that certificates in them are compared as ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.results import (
    AnswerLengths,
    ConcisionResult,
    CorpusScanResult,
    CostResult,
    FreshReasoningResult,
    MultiTurnResult,
    StaticFreshGapResult,
    UnseenToolsResult,
)
from certify.verify.words.accuracy import gap_words, public_words, stopped_words
from certify.verify.words.conversations import drop_words, tools_headline
from certify.verify.words.derived import cost_headline, interval_of_tokens, within_half
from certify.verify.words.printed import bounded, interval_words, of_answers, percent, points, repeats
from certify.verify.words.scan import unscanned_words

LAST_FORMER = 4
"""The last wording whose words stand here."""


def _fresh(name: str, result: FreshReasoningResult) -> Headline:
    share = result.accuracy
    detail = (
        f"{interval_words(share)}; {share.items} problems{repeats(share)} from {len(result.families)} families, "
        f"weakest family {percent(result.lowest_family)}{stopped_words(result.looks)}{public_words(result)}"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _gap(name: str, result: StaticFreshGapResult) -> Headline:
    return Headline(name=name, value=points(result.gap), detail=gap_words(result))


def _scan(name: str, result: CorpusScanResult) -> Headline:
    detail = (
        f"{result.documents:,} documents in {result.shards:,} files read; of planted unchanged copies, "
        f"at least {percent(result.verbatim_recall_lower)} are found"
    )
    left_out = unscanned_words(result)
    detail = f"{left_out}; {detail}" if left_out else detail
    return Headline(name=name, value=f"{result.contaminated} of {result.items}", detail=detail)


def _turns(name: str, result: MultiTurnResult) -> Headline:
    share = result.turns
    stale = of_answers(result.stale_share, share.items * share.samples)
    detail = (
        f"{interval_words(share)}; {share.items} items{repeats(share)}; {bounded(result.facts)} with the "
        f"final facts alone, a drop of {drop_words(result.total_drop)}; {stale} answers gave an earlier total"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _tools(name: str, result: UnseenToolsResult) -> Headline:
    now = tools_headline(name, result)
    return now.model_copy(update={"detail": now.detail.replace("up to 1 tool each", "up to 1 tools each")})


def _cost(name: str, found: CostResult) -> Headline:
    return cost_headline(name, found, "{:.4g}".format)


def _concision(name: str, found: AnswerLengths) -> Headline:
    value = "no right answers" if found.tokens_per_correct is None else f"{found.tokens_per_correct:,.0f}"
    detail = (
        f"{interval_of_tokens(found)}{found.check}, {found.answers:,} answers, "
        f"median {found.right.median or 0:,} tokens if right and "
        f"{found.wrong.median or 0:,} if not; {percent(found.truncated_share)} cut off, "
        f"{percent(found.looped_share)} in a loop{within_half(found)}"
    )
    return Headline(name=f"{name} ({found.check})", value=value, detail=detail)


_ONE: dict[type[Value], Callable[[str, Any], Headline]] = {
    FreshReasoningResult: _fresh,
    StaticFreshGapResult: _gap,
    CorpusScanResult: _scan,
    MultiTurnResult: _turns,
    CostResult: _cost,
    UnseenToolsResult: _tools,
}


def former_lines(name: str, result: Value) -> Sequence[Headline] | None:
    """The headlines of a result in the former words; None where they read as they do now."""
    if isinstance(result, ConcisionResult):
        return [_concision(name, found) for found in result.checks]
    made = _ONE.get(type(result))
    return None if made is None else [made(name, result)]
