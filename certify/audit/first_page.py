"""The words and numbers of page one, made again from the signed results."""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence.certificate import Certificate
from certify.issue.findings import caveats, headlines
from certify.verify.evidence import EvidenceSet


def check_first_page(certificate: Certificate, evidence: EvidenceSet) -> str:
    """Whether the certificate's headlines and caveats are the ones that its results and circumstances ask for.

    Raises:
        HostileInput: CERT-E110, it says something else, or another version words it otherwise.
    """
    results = evidence.evaluation.value.results()
    due = caveats(
        results,
        data_examined=evidence.plan.value.data_examined,
        entropy=evidence.plan.value.entropy.kind,
        attempts=certificate.attempts,
        development=certificate.development,
    )
    for name, said, found in (
        ("numbers of the first page", certificate.headlines, headlines(results)),
        ("caveats", certificate.caveats, due),
    ):
        if said != found:
            raise HostileInput(
                "CERT-E110",
                f"the {name} are not those that follow from the evidence",
                "either the certificate says something else than its evidence, or another version of certify worded it",
                "compare them with the results in the signed evaluation",
            )
    return f"{len(certificate.headlines)} numbers and {len(due)} caveats of the first page follow from the evidence"
