"""Whether a certificate was withdrawn, by all that is at hand, and whether that is as fresh as the reader asks."""

from __future__ import annotations

from datetime import timedelta

from certify.evidence.certificate import Certificate
from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.status import StandingOf
from certify.trust.trustfile import TrustFile
from certify.verify.document import Document, RegistryAnswer
from certify.verify.expectations import Expectations
from certify.verify.result import Checklist
from certify.verify.standing import check_status, is_stale
from certify.verify.status_lists import Asked, Listed, check_status_lists, record_lists, weigh
from certify.verify.witnesses import answer_witnessed


def judge_withdrawal(
    document: Document,
    certificate: Certificate,
    *,
    answer: RegistryAnswer | None,
    asked_at: str | None,
    trust: TrustFile,
    expectations: Expectations,
    checks: Checklist,
) -> tuple[StandingOf | None, bool]:
    """How a certificate stands, if anybody says so, and whether nobody says so as freshly as the reader asks.

    Args:
        document: the certificate as a file.
        certificate: the certificate.
        answer: what a registry says.
        asked_at: when the reader asked it; absent for a saved answer.
        trust: whose signatures count.
        expectations: the time, the oldest acceptable answer, and status lists where there are any.
        checks: collects what was found.
    """
    found = check_status(document, certificate.serial, answer, trust, checks, asked_at=asked_at)
    limit = expectations.maximum_status_age_days
    limit = trust.status_max_age_days if limit is None else limit
    witnessed = answer is not None and answer_witnessed(answer.checkpoint, trust)[0]
    stale = is_stale(asked_at if witnessed else None, expectations.at, limit)
    if expectations.status_lists is None:
        return found, stale
    asked = Asked(expectations.at, None if limit is None else timedelta(days=limit))
    data = expectations.status_lists
    listed = check_status_lists(document, certificate, data, trust=trust, checks=checks, asked=asked)
    if listed is None:
        return found, stale
    live = answer if found is not None and asked_at is not None else None
    weighed = _weighed(found, listed, live, trust, checks)
    return weighed, not listed.settles and (stale or live is None)


def _weighed(
    found: StandingOf | None, listed: Listed, live: RegistryAnswer | None, trust: TrustFile, checks: Checklist
) -> StandingOf | None:
    size = None if live is None else verify_checkpoint(live.checkpoint, parse_vkey(trust.log_vkey)).size
    weighed = weigh(found, listed, asked_size=size)
    outweighed = live is not None and weighed is found and found is not None and found.standing != listed.found.standing
    record_lists(listed, checks, outweighed=outweighed)
    return weighed
