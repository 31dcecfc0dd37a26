"""The numbers of page one and the caveats, in the words a compliance officer reads.

An issuer prints them, a reader makes them again from the signed results: the certificate can say neither
a number nor a silence that its evidence does not support.
"""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence.certificate import Certificate
from certify.evidence.contamination import data_seen
from certify.verify.evidence import EvidenceSet
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines

FIRST_PAGE = "first-page"
"""Name of the check; a certificate whose page it could not compare is never called valid."""

WORDING = 5
"""Raised whenever a word or a format of ``certify.verify.words`` changes."""

COMPARED = frozenset({1, 2, 4, WORDING})
"""Wordings that this version can make again; a certificate in any other is ``incomplete`` here. Version 2 differs from
1 only in what it says of a scan with parts left out or with near matches, and version 1 wrote no such results. Version
3 added words for what earlier versions did not know: servers that answered, labelled checks, test-time scaling, looks
and more checks. Version 4 puts intervals or counts beside numbers that stood alone in these words, so version 3, which
no release wrote, is not among them; what versions 1 and 2 could say reads as before. Version 5 names the weakest family
with its counts, says so where nothing was right, and writes numbers without exponents; ``certify.verify.words.former``
keeps what 1, 2 and 4 say instead."""


def why_not_compared(wording: int) -> str:
    """Why a page in this wording cannot be held against the evidence, and what could; empty where it can be."""
    if wording in COMPARED:
        return ""
    other = "a newer certify" if wording > WORDING else "the certify of its time"
    return (
        f"use {other}: page one is in wording {wording}, which this one cannot make again, so nobody has compared "
        "its numbers and caveats with the evidence"
    )


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
        serving=evidence.evaluation.value.configuration.serving,
    )
    if certificate.headlines != headlines(results, certificate.wording):
        raise HostileInput("CERT-E090", "the numbers of the first page are not those that follow from the evidence")
    if certificate.caveats != due:
        raise HostileInput("CERT-E090", "the caveats are not those that the evidence asks for")
    told = f"{len(certificate.headlines)} numbers and {len(due)} caveats follow from the evidence"
    return told if certificate.wording == WORDING else f"{told}, in the words of version {certificate.wording}"
