"""The numbers of page one and the caveats, in the words a compliance officer reads.

An issuer prints them, a reader makes them again from the signed results: the certificate can say neither
a number nor a silence that its evidence does not support.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certify.errors import HostileInput
from certify.evidence.base import Value
from certify.evidence.certificate import AttemptCount, Certificate, Headline
from certify.evidence.contamination import data_seen
from certify.evidence.dataset import DataExamined, DatasetIdentity, DigestSource
from certify.evidence.decision import RuleOutcome
from certify.evidence.instances import kind_of, label_of
from certify.evidence.plan import EntropyKind
from certify.evidence.results import (
    ConcisionResult,
    CorpusScanResult,
    CostResult,
    Estimate,
    FreshReasoningResult,
    Outcomes,
    PrivateSetResult,
    StaticBenchmarkResult,
    StaticFreshGapResult,
)
from certify.verify.derived_words import concision_headline, cost_headline
from certify.verify.evidence import EvidenceSet
from certify.verify.languages import language_words
from certify.verify.numbers import percent

WORDING = 3
"""Raised whenever a word or a format of this module changes."""

COMPARED = frozenset({1, 2, WORDING})
"""Wordings that this version can make again; pages in others are not compared. Version 2 differs from 1 only in what it
says of a scan with parts left out or with near matches, and version 1 wrote no such results. Version 3 adds words for
results that earlier versions did not write: labelled checks and test-time scaling."""

FRESH = "Fresh problems answered correctly"
GAP = "Published items minus fresh twins"
SCAN = "Benchmark items in training data"
STATIC = "Published items answered correctly"
PRIVATE = "Own problems answered correctly"
CONCISION = "Tokens for each right answer"
COST = "Right answers each second"

CHECK_OF = {
    FRESH: "fresh-reasoning",
    GAP: "static-fresh-gap",
    SCAN: "corpus-scan",
    STATIC: "static-benchmark",
    PRIVATE: "private-set",
    CONCISION: "concision",
    COST: "cost",
}
"""Name of a headline to the check whose result it prints."""

SMALLEST_PRINTED_SAMPLE = 10
"""Below this many items no interval is printed. Source: docs/statistics.md, rule ACC."""


def points(difference: float) -> str:
    """A signed difference of shares in percentage points: ``+1.67 points``."""
    return f"{difference * 100:+.2f} points".replace("-", "−")


def headlines(results: Mapping[str, Value]) -> tuple[Headline, ...]:
    """One headline for each check that gave a result, the most telling first; page one shows three.

    Args:
        results: check id to its typed result, as ``Evaluation.results()`` gives them.
    """
    found = []
    for name, result in _in_order(results):
        if isinstance(result, FreshReasoningResult):
            found.append(_fresh(name, result))
        elif isinstance(result, StaticFreshGapResult):
            found.append(_gap(name, result))
        elif isinstance(result, CorpusScanResult):
            found.append(_scan(name, result))
        elif isinstance(result, StaticBenchmarkResult):
            found.append(_static(name, result))
        elif isinstance(result, PrivateSetResult):
            found.append(_private(name, result))
        elif isinstance(result, ConcisionResult):
            found += [concision_headline(name, one) for one in result.checks]
        elif isinstance(result, CostResult):
            found.append(cost_headline(name, result))
    return tuple(found)


def _in_order(results: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """(headline, result): kind by kind, within a kind the unlabelled one first."""
    return [
        (headline_of(check), results[check])
        for kind in CHECK_OF.values()
        for check in sorted(results)
        if kind_of(check) == kind
    ]


def headline_of(check: str) -> str:
    """Name of the headline that prints the result of a check; its label stands behind it in brackets."""
    name = next(name for name, kind in CHECK_OF.items() if kind == kind_of(check))
    return f"{name} ({label})" if (label := label_of(check)) else name


def check_of(headline: str) -> str:
    """The check whose result a headline prints; empty where none does."""
    name, bracket, label = headline.partition(" (")
    kind = CHECK_OF.get(name, "")
    return f"{kind}:{label.removesuffix(')')}" if kind and bracket else kind


def _interval(share: Estimate) -> str:
    if share.items < SMALLEST_PRINTED_SAMPLE:
        return f"no interval: only {share.items} items"
    return f"95 % interval {percent(share.lower)} to {percent(share.upper)}"


def _repeats(share: Estimate) -> str:
    return f", {share.samples} answers each" if share.samples > 1 else ""


def _fresh(name: str, result: FreshReasoningResult) -> Headline:
    share = result.accuracy
    detail = (
        f"{_interval(share)}; {share.items} problems{_repeats(share)} from {len(result.families)} families, "
        f"weakest family {percent(result.lowest_family)}"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _gap(name: str, result: StaticFreshGapResult) -> Headline:
    detail = (
        f"95 % upper bound {points(result.upper)}; {_p_value(result.p_value)} on {result.items} pairs; {_power(result)}"
        f"{_margin(result)}"
    )
    return Headline(name=name, value=points(result.gap), detail=detail)


def _margin(result: StaticFreshGapResult) -> str:
    if result.margin is None or result.margin_p_value is None:
        return ""
    return f"; {_p_value(result.margin_p_value)} against the planned margin of {points(result.margin).lstrip('+')}"


def _power(result: StaticFreshGapResult) -> str:
    against = points(result.power_against).lstrip("+")
    if result.fresh.estimate + result.power_against > 1:
        return f"above {percent(result.fresh.estimate)} there is no room for a gap of {against}"
    return f"power {result.power:.2f} against a gap of {against}"


def _p_value(value: float) -> str:
    return "p below 0.0001" if value < 0.0001 else f"p = {value:.4f}"


def _scan(name: str, result: CorpusScanResult) -> Headline:
    detail = (
        f"{result.documents:,} documents in {result.shards:,} files read; of planted unchanged copies, "
        f"at least {percent(result.verbatim_recall_lower)} are found"
    )
    left_out = unscanned_words(result)
    detail = f"{left_out}; {detail}" if left_out else detail
    return Headline(name=name, value=f"{result.contaminated} of {result.items}", detail=detail)


def _static(name: str, result: StaticBenchmarkResult) -> Headline:
    share = result.accuracy
    detail = f"{_interval(share)}; {share.items} items{_repeats(share)} of {result.benchmark}{_scaling(result)}"
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _private(name: str, result: PrivateSetResult) -> Headline:
    share = result.accuracy
    detail = (
        f"tested in {language_words(result.languages)}; {_interval(share)}; {share.items} items{_repeats(share)} of "
        f"the operator’s own set {result.name}, which is not published"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _scaling(result: StaticBenchmarkResult) -> str:
    """The widest vote and choice as the test-time scaling they are."""
    if not result.scaling:
        return ""
    most = max(result.scaling, key=lambda point: point.answers)
    vote, reach = percent(most.majority.estimate), percent(most.any_right.estimate)
    return (
        f"; test-time scaling, not the model alone: majority of {most.answers} {vote}, "
        f"any of {most.answers} right {reach}"
    )


def unscanned_words(result: CorpusScanResult) -> str:
    """What the scan left out, in a line; empty where it searched every byte."""
    if not result.unscanned:
        return ""
    return f"{_counted(result.unscanned, 'part')} of the data could not be read"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


_DATA_CAVEATS = {
    DataExamined.FULL: "That the data examined is all of the training data is the data steward’s word.",
    DataExamined.PARTIAL: "Only part of the training data was examined; the rest may hold anything.",
    DataExamined.VENDOR_ATTESTED: "The training data was read by its vendor alone; what it holds is the vendor’s word.",
    DataExamined.UNDISCLOSED: (
        "The training data is undisclosed and was not examined; what is said of contamination rests on the model’s "
        "answers alone."
    ),
}
_DIGEST_CAVEATS = {
    DigestSource.CLAIMED: (
        "Digests of training data were taken from a list and not from its bytes: that these are its files is the word "
        "of whoever wrote the list."
    ),
    DigestSource.CACHED: (
        "Files of the training data that stood still since they were last read were not read again for their digests, "
        "but for a sample."
    ),
}
"""Told only where certify did not read every byte for the plan; weakest first."""
_SELF_SEED = "The issuer could have chosen the seed that drew the fresh problems."
_UNWITNESSED = "Nobody witnesses the log: earlier attempts cannot be excluded."
_DEVELOPMENT = "Development keys signed this: it shows how a certificate works and must not be relied on."
_NOT_RERUN = "That the recorded answers came from this model is the evaluator’s word; nobody else has run it again."
_CONFIGURATION = (
    "All numbers hold for the tested configuration alone; another precision, engine, prompt or fine-tuning is "
    "another model."
)
_FAMILIES = (
    "Only the fresh problems are new. Their families are public, their answers short and checkable by machine: "
    "success at them supports, and does not prove, ability at other tasks."
)
_PRIVATE = (
    "The operator’s own problems are not published: that they are what their name says is the operator’s word, and "
    "only whoever has the file can ask them again."
)
TRUNCATION_WORTH_TELLING = 0.01
"""Share of cut-off answers from which a caveat names it; one in a hundred moves no bound of a certificate."""


def caveats(
    results: Mapping[str, Value],
    *,
    data_examined: DataExamined,
    entropy: EntropyKind,
    attempts: AttemptCount,
    development: bool,
    datasets: Sequence[DatasetIdentity] = (),
    rerun: bool = False,
    rules: Sequence[RuleOutcome] = (),
) -> tuple[str, ...]:
    """What a reader must know before relying on the numbers, gravest first, one sentence or two each.

    Args:
        results: check id to its typed result.
        data_examined: how much of the training data was read.
        entropy: who could have influenced the seed.
        attempts: earlier tries in this log.
        development: whether development keys sign.
        datasets: the training data as planned; where its digests come from is told unless every byte was read.
        rerun: whether a second party's re-run agrees, in evidence.
        rules: the rules as decided; a waived one is told of.
    """
    told = [
        (development, _DEVELOPMENT),
        (entropy is EntropyKind.SELF, _SELF_SEED),
        (not attempts.excludable, _UNWITNESSED),
        (attempts.number > 1, f"This was attempt {attempts.number}: trying often makes a lucky result likelier."),
        (True, _DATA_CAVEATS[data_examined]),
        *((True, _DIGEST_CAVEATS[source]) for source in unread_digests(datasets)),
        (not rerun, _NOT_RERUN),
        (True, _CONFIGURATION),
        ("fresh-reasoning" in results, _FAMILIES),
        (any(isinstance(result, PrivateSetResult) for result in results.values()), _PRIVATE),
    ]
    scan = results.get("corpus-scan")
    scanned = _scan_caveats(scan) if isinstance(scan, CorpusScanResult) else ()
    waived = tuple(f"Waived: {waived_words(rule)}." for rule in rules if rule.waiver is not None)
    return waived + tuple(text for holds, text in told if holds) + scanned + _unread(results)


def _scan_caveats(scan: CorpusScanResult) -> tuple[str, ...]:
    """What a clean scan could be mistaken to exclude: bytes that nobody searched, and matches that do not count."""
    left_out = unscanned_words(scan)
    share = f", {scan.unscanned_bytes:,} of its {scan.bytes:,} bytes" if scan.unscanned_bytes else ""
    near = (
        ("answer_only", "a worked answer without the question"),
        ("template_twins", "the same words with other numbers or names"),
        ("common_passages", "a passage that many documents share"),
    )
    counts = [(sum(getattr(one, name) or 0 for one in scan.benchmarks), words) for name, words in near]
    found = [f"of {_counted(count, 'item')} {words}" for count, words in counts if count]
    told = [f"{left_out}{share}: a published item could stand there unnoticed."] if left_out else []
    told += [f"The training data also holds, not counted as copies: {'; '.join(found)}."] if found else []
    return tuple(told)


def unread_digests(datasets: Sequence[DatasetIdentity]) -> tuple[DigestSource, ...]:
    """Where digests come from that were not computed from all bytes, weakest first; empty where all were."""
    found = {one.digest_source for one in datasets}
    return tuple(source for source in _DIGEST_CAVEATS if source in found)


def digest_words(datasets: Sequence[DatasetIdentity]) -> str:
    """The same behind a line about the data; empty where all were computed from all bytes."""
    sources = unread_digests(datasets)
    return f"; digests {' and '.join(sources)}, not recomputed" if sources else ""


def waived_words(rule: RuleOutcome) -> str:
    """A waived rule in a line: which, until when, by whose word; empty for any other rule."""
    used = rule.waiver
    if used is None:
        return ""
    return f"{rule.id} until {used.expires_at}, ticket {used.ticket}, approved by {used.approver}"


def _unread(results: Mapping[str, Value]) -> tuple[str, ...]:
    """A caveat for each check with answers that were cut off or could not be read."""
    found = []
    for check, result in sorted(results.items()):
        outcomes = getattr(result, "outcomes", None)
        if not isinstance(outcomes, Outcomes):
            continue
        if outcomes.truncated_share >= TRUNCATION_WORTH_TELLING:
            share = percent(outcomes.truncated_share)
            found.append(f"In {check}, {share} of the answers were cut off and count as not right.")
        if outcomes.unreadable_share >= TRUNCATION_WORTH_TELLING:
            found.append(f"In {check}, {percent(outcomes.unreadable_share)} of the answers could not be read.")
    return tuple(found)


def check_first_page(certificate: Certificate, evidence: EvidenceSet) -> str:
    """Whether the certificate's headlines and caveats are the ones that its results and circumstances ask for.

    Raises:
        HostileInput: CERT-E090, it says something else.
    """
    results = evidence.evaluation.value.results()
    due = caveats(
        results,
        data_examined=data_seen(evidence.plan.value.data_examined, results),
        entropy=evidence.plan.value.entropy.kind,
        attempts=certificate.attempts,
        development=certificate.development,
        datasets=evidence.plan.value.datasets,
        rules=certificate.rules,
    )
    if certificate.headlines != headlines(results):
        raise HostileInput("CERT-E090", "the numbers of the first page are not those that follow from the evidence")
    if certificate.caveats != due:
        raise HostileInput("CERT-E090", "the caveats are not those that the evidence asks for")
    return f"{len(certificate.headlines)} numbers and {len(due)} caveats follow from the evidence"
