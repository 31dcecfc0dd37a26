"""The order that timestamps prove: the plan before the test, the test before the verdict, the verdict before the page.

A signature cannot be younger than the timestamp over it. So a statement that claims a later time than its timestamp is
false, and one whose timestamp comes late may have been written late, whatever time it claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from certify.errors import CertifyError, HostileInput
from certify.evidence import statement as kinds
from certify.trust.bundle import Bundle, statement_of
from certify.trust.timestamps import SKEW, Timestamp, moment_of, verify_timestamp, verify_token
from certify.trust.tokens import read_response, read_token
from certify.trust.trustfile import TrustFile
from certify.verify.document import Document
from certify.verify.evidence import EvidenceSet
from certify.verify.result import Checklist

NAME = "timestamps"
ORDER = ("plan", "evaluation", "decision", "certificate", "PDF")
"""In which order they must have been stamped; the first four are those a trust file can require."""
CLAIMS = {
    kinds.DATASET: "describedAt",
    kinds.DECLARATION: "declaredAt",
    kinds.PLAN: "plannedAt",
    kinds.EVALUATION: "finishedAt",
    kinds.CONTAMINATION: "scannedAt",
    kinds.VSA: "timeVerified",
    kinds.CERTIFICATE: "issuedAt",
    kinds.APPROVAL: "approvedAt",
}
"""Field of a predicate that says when its signer made it; a waiver names the start of its validity only."""
DATED = ("decision", "certificate")
"""Statements whose own time decides something, so that they may not claim an earlier one than they were stamped at."""


class Stamped(NamedTuple):
    """One signature whose timestamp was verified."""

    kind: str
    """What was signed."""
    claimed: str | None
    """When, by its signer's word; absent for the PDF and for kinds that say nothing of it."""
    at: Timestamp
    """When at the latest, by the authority's word."""


def check_timestamps(document: Document, evidence: EvidenceSet, trust: TrustFile, checks: Checklist) -> None:
    """Records whether the timestamps verify, and whether times and order that are claimed agree with them."""
    bare = _unstamped(document)
    if trust.timestamps_required and bare:
        checks.failed(
            NAME, f"your trust file asks for timestamps, and there is none of the {', '.join(bare)}", "CERT-E131"
        )
        return
    try:
        if not trust.timestamp_roots:
            checks.skipped(NAME, _without_roots(document))
            return
        found = list(_verified(document, trust))
        detail = _judged(found, evidence)
    except CertifyError as error:
        checks.failed(NAME, error.what + (f" ({error.why})" if error.why else ""), error.code)
        return
    if bare:
        checks.skipped(NAME, f"no order shown: there is no timestamp of the {', '.join(bare)}")
    else:
        checks.passed(NAME, f"{detail}; {_whose(found, document, trust)}")


def _statements(document: Document) -> Iterator[tuple[str, Bundle]]:
    """Every statement of a certificate with the short name of its kind, the certificate last."""
    for bundle in (*document.statements.values(), document.certificate):
        kind = statement_of(bundle).predicate_type
        yield kinds.SHORT_NAMES.get(kind, kind[:60]), bundle


def _unstamped(document: Document) -> list[str]:
    """Which statements without a timestamp would be needed to show the order."""
    bare = {kind for kind, bundle in _statements(document) if bundle.timestamp is None}
    return [kind for kind in ORDER if kind in bare]


def _without_roots(document: Document) -> str:
    """What can be said where nobody's timestamps count: at least they have to hold together."""
    found = [read_response(b.timestamp, b.signature) for _, b in _statements(document) if b.timestamp is not None]
    if document.pdf_token is not None and document.pdf_signature is not None:
        found.append(read_token(document.pdf_token, document.pdf_signature))
    if not found:
        return "nothing here is stamped, and your trust file names no timestamp authority"
    return f"your trust file names no timestamp authority; {len(found)} of {found[-1].authority!r} are there"


def _verified(document: Document, trust: TrustFile) -> Iterator[Stamped]:
    roots = trust.timestamp_roots or ()
    for kind, bundle in _statements(document):
        if bundle.timestamp is not None:
            statement = statement_of(bundle)
            claimed = statement.predicate.get(CLAIMS.get(statement.predicate_type, ""))
            at = verify_timestamp(bundle.timestamp, bundle.signature, roots)
            yield Stamped(kind, claimed if isinstance(claimed, str) else None, at)
    if document.pdf_token is not None and document.pdf_signature is not None:
        yield Stamped("PDF", None, verify_token(document.pdf_token, document.pdf_signature, roots))


def _judged(found: list[Stamped], evidence: EvidenceSet) -> str:
    """The order in words.

    Raises:
        HostileInput: CERT-E131, times or order contradict the timestamps.
    """
    notes = [note for one in found if (note := _against_claim(one))]
    times = {one.kind: one.at.time for one in found if one.kind in ORDER}
    shown = [(kind, times[kind]) for kind in ORDER if kind in times]
    for (earlier, first), (later, second) in pairwise(shown):
        if second < first:
            raise _contradicted(f"the {later} was stamped at {second}, before the {earlier} at {first}")
    _around_the_test(times, evidence)
    return "; ".join([", ".join(f"{kind} {time}" for kind, time in shown), *notes])


def _against_claim(one: Stamped) -> str | None:
    """What to say of a time that is claimed, if anything."""
    if one.claimed is None:
        return None
    gap = moment_of(one.at.time) - moment_of(one.claimed)
    if gap < -SKEW:
        raise _contradicted(f"the {one.kind} says {one.claimed}, and was stamped before that, at {one.at.time}")
    if gap > SKEW and one.kind in DATED:
        raise _contradicted(f"the {one.kind} is back-dated: it says {one.claimed}, and was stamped at {one.at.time}")
    return f"the {one.kind} says {one.claimed}, long before its timestamp" if gap > SKEW else None


def _around_the_test(times: dict[str, str], evidence: EvidenceSet) -> None:
    """The plan was fixed before the test began by the evaluator's word, and the test was over before the deadline."""
    started, deadline = evidence.evaluation.value.started_at, evidence.plan.value.deadline
    if "plan" in times and moment_of(times["plan"]) - moment_of(started) > SKEW:
        raise _contradicted(f"the test began at {started}, before its plan was stamped at {times['plan']}")
    if "evaluation" in times and moment_of(times["evaluation"]) - moment_of(deadline) > SKEW:
        raise _contradicted(f"the evaluation was stamped at {times['evaluation']}, after the deadline {deadline}")


def _whose(found: list[Stamped], document: Document, trust: TrustFile) -> str:
    """Whose word the times are; an authority of somebody who also signed proves order among its own stamps alone."""
    parties = sorted({one.at.party for one in found})
    signers = {trust.party_of(bundle.keyid) for _, bundle in _statements(document)}
    own = [party for party in parties if party in signers]
    return f"stamped by {' and '.join(parties)}" + (
        f"; {' and '.join(own)} also signed, so this is order and not an outsider's word on the time" if own else ""
    )


def _contradicted(what: str) -> HostileInput:
    return HostileInput("CERT-E131", what, "a signature is never younger than its timestamp")
