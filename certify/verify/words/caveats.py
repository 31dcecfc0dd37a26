"""What a reader must know before relying on the numbers of page one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.certificate import AttemptCount
from certify.evidence.dataset import DataExamined, DatasetIdentity, DigestSource
from certify.evidence.decision import RuleOutcome
from certify.evidence.model import ServedIdentity, ServerApi, Serving
from certify.evidence.plan import EntropyKind
from certify.evidence.results import CorpusScanResult, Outcomes, PrivateSetResult
from certify.verify.words.ladders import ladder_caveats
from certify.verify.words.orders import order_caveats
from certify.verify.words.printed import percent
from certify.verify.words.profile import profile_caveats
from certify.verify.words.scan import scan_caveats

_DATA_CAVEATS = {
    DataExamined.FULL: "That the data examined is all of the training data is the data steward’s word.",
    DataExamined.PARTIAL: "Only part of the training data was examined; the rest may hold anything.",
    DataExamined.NAMED: (
        "The training data is named by its digests and was not searched for published items; what is said of "
        "contamination rests on the model’s answers alone."
    ),
    DataExamined.VENDOR_ATTESTED: "The training data was read by its vendor alone; what it holds is the vendor’s word.",
    DataExamined.UNDISCLOSED: (
        "The training data is undisclosed and was not examined; what is said of contamination rests on the model’s "
        "answers alone."
    ),
}
_DATA_WORDS = {
    DataExamined.FULL: "all that is declared",
    DataExamined.PARTIAL: "part of the training data; the rest was not seen",
    DataExamined.NAMED: "none; named by its digests, not searched",
    DataExamined.VENDOR_ATTESTED: "none by certify; its vendor alone has read it",
    DataExamined.UNDISCLOSED: "none: the training data is undisclosed",
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
_UNVERIFIED_SERVER = (
    "Endpoint identity not verified: a server that somebody else runs answered, and that it runs these files is the "
    "evaluator’s word."
)
_OWN_TEMPLATE = "The server put the questions through a chat template of its own, which is not part of what was tested."
_OWN_SAMPLING = "The server may have applied sampling settings of its own beside the planned ones."
_FAMILIES = (
    "Only the fresh problems are new. Their families are public, their answers short and checkable by machine: "
    "success at them supports, and does not prove, ability at other tasks."
)
_TURNS = (
    "In multi-turn the user is scripted and the facts are numbers. What of its earlier reasoning the model sees again "
    "is left to its chat template; without one it sees none."
)
_PRIVATE = (
    "The operator’s own problems are not published: that they are what their name says is the operator’s word, and "
    "only whoever has the file can ask them again."
)
_TOOLS = (
    "In unseen-tools the tools are new, the idea of calling one is not. They compute numbers, are documented without "
    "gaps, and hold no traps: nothing is said of safety."
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
    serving: Serving | None = None,
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
        serving: the server that answered, if one did.
    """
    told = [
        (development, _DEVELOPMENT),
        (serving is not None and serving.identity is not ServedIdentity.VERIFIED, _UNVERIFIED_SERVER),
        (entropy is EntropyKind.SELF, _SELF_SEED),
        (not attempts.excludable, _UNWITNESSED),
        (attempts.number > 1, f"This was attempt {attempts.number}: trying often makes a lucky result likelier."),
        (True, _DATA_CAVEATS[data_examined]),
        *((True, _DIGEST_CAVEATS[source]) for source in unread_digests(datasets)),
        (not rerun, _NOT_RERUN),
        (serving is not None and serving.api is ServerApi.CHAT, _OWN_TEMPLATE),
        (serving is not None and serving.own_sampling, _OWN_SAMPLING),
        (True, _CONFIGURATION),
        ("fresh-reasoning" in results, _FAMILIES),
        ("multi-turn" in results, _TURNS),
        (any(isinstance(result, PrivateSetResult) for result in results.values()), _PRIVATE),
        ("unseen-tools" in results, _TOOLS),
    ]
    scan = results.get("corpus-scan")
    scanned = scan_caveats(scan) if isinstance(scan, CorpusScanResult) else ()
    waived = tuple(f"Waived: {waived_words(rule)}." for rule in rules if rule.waiver is not None)
    kinds = ladder_caveats(results) + profile_caveats(results) + order_caveats(results)
    return waived + tuple(text for holds, text in told if holds) + scanned + kinds + _unread(results)


def data_words(examined: DataExamined) -> str:
    """How much of the training data was seen, for a line about it on paper or in a terminal."""
    return _DATA_WORDS[examined]


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


class IncompleteAnswers(NamedTuple):
    """Answers to one check that did not come to an end or could not be read; a share too small to tell is 0."""

    check: str
    """Id of the check."""
    truncated: float
    """Share that was cut off."""
    unreadable: float
    """Share that could not be read."""

    def words(self) -> str:
        """Both shares, as far as they are worth telling."""
        told = [f"{percent(self.truncated)} cut off"] if self.truncated else []
        told += [f"{percent(self.unreadable)} unreadable"] if self.unreadable else []
        return ", ".join(told)


def incomplete_answers(results: Mapping[str, Value]) -> tuple[IncompleteAnswers, ...]:
    """The checks with enough answers cut off or unreadable to be told of, sorted by id."""
    found = [
        IncompleteAnswers(check, _telling(outcomes.truncated_share), _telling(outcomes.unreadable_share))
        for check, result in sorted(results.items())
        if isinstance(outcomes := getattr(result, "outcomes", None), Outcomes)
    ]
    return tuple(one for one in found if one.truncated or one.unreadable)


def _telling(share: float) -> float:
    return share if share >= TRUNCATION_WORTH_TELLING else 0.0


def _unread(results: Mapping[str, Value]) -> tuple[str, ...]:
    """A caveat for each check with answers that were cut off or could not be read."""
    found = []
    for one in incomplete_answers(results):
        if one.truncated:
            found.append(
                f"In {one.check}, {percent(one.truncated)} of the answers were cut off and count as not right."
            )
        if one.unreadable:
            found.append(f"In {one.check}, {percent(one.unreadable)} of the answers could not be read.")
    return tuple(found)
