"""Whether a second party's rerun agrees with a certificate, and raises its assurance level.

Source: docs/assurance-levels.md, level 2.
"""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.certificate import Level
from certify.evidence.rerun import Rerun
from certify.statistics import clopper_pearson, gap_test
from certify.trust.bundle import parse_bundle
from certify.trust.key_window import require_counting
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_voice
from certify.verify.evidence import EvidenceSet

ALPHA = 0.01
"""Chance of doubting honest answers: that they were right more often than the model's own answers."""
DISAGREES = "CERT-E110"
"""Code of a rerun that counts and does not give the signed answers; any other fault is the rerun's own."""
FEWEST = 50
"""Questions asked again below which a rerun raises no level: these find 60 % right where 90 % was signed in 85 of 100
cases."""


def rerun_p_value(items: int, same_outcome: int, signed_right: int, rerun_right: int) -> float:
    """The chance of so many more right answers signed than given again, if either is as likely to be the right one.

    Args:
        items: questions asked again, one answer to each.
        same_outcome: of them, those with both answers right or neither.
        signed_right: answers counted as right in the certificate.
        rerun_right: answers that were right when asked again.

    Raises:
        ValueError: counts that no answers have.

    Source: exact one-sided sign-flip test on paired answers, McNemar (1947).
    """
    other, more = items - same_outcome, signed_right - rerun_right
    if not (0 <= other <= items and abs(more) <= other and (other + more) % 2 == 0 and items > 0):
        raise ValueError("no answers have these counts")
    lost = (other + more) // 2
    signed = [1] * lost + [0] * (items - lost)
    again = [0] * lost + [1] * (other - lost) + [0] * same_outcome
    return gap_test(signed, 1, again, 1).p_value


def raised_level(
    data: bytes, level: Level, evidence: EvidenceSet, issuer: str, trust: TrustFile, *, development: bool
) -> tuple[Level, str]:
    """The level of a certificate with a rerun beside it, and what was seen.

    Args:
        data: bundle of the rerun, untrusted.
        level: what the certificate has by itself.
        evidence: verified statements of the certificate.
        issuer: party that signed it.
        trust: whose signatures count.
        development: whether development keys signed the certificate.

    Raises:
        HostileInput: CERT-E110, it does not agree; CERT-E090, it is about another evaluation or contradicts itself;
            CERT-E043, CERT-E044, CERT-E045, CERT-E055, CERT-E126, its signature does not count.
    """
    found = _verified(data, evidence, trust)
    value, party = found.value, found.party
    told = f"{party} asked {value.items} questions again: {value.same_outcome} judged the same"
    own = party == issuer or party in evidence.parties
    if own:
        return level, f"{told}; {party} has a hand in the certificate, so that the level stays"
    if value.items < FEWEST:
        return level, f"{told}; fewer than {FEWEST} raise no level"
    if development or level < Level.ISSUER_RUN:
        return level, f"{told}; a certificate of level {int(level)} is raised by no rerun"
    return max(level, Level.INDEPENDENTLY_RERUN), told


def _verified(data: bytes, evidence: EvidenceSet, trust: TrustFile) -> Verified[Rerun]:
    bundle = parse_bundle(data, name="rerun")
    found = verify_voice(bundle, role="evaluator", predicate_type=kinds.RERUN, model=Rerun, trust=trust)
    require_counting(trust, found.keyid, None, "rerun")
    value = found.value
    if found.statement.subject[0].digest.sha256 != evidence.plan.value.model.identity:
        raise HostileInput("CERT-E090", "the rerun's subject is not the certified model")
    if value.evaluation_sha256 != evidence.evaluation.payload_sha256:
        raise HostileInput("CERT-E090", "the rerun is about another evaluation than this certificate's")
    if not _adds_up(value):
        raise HostileInput("CERT-E090", "the rerun's numbers do not follow from its own counts")
    if value.p_value <= ALPHA:
        raise HostileInput(
            DISAGREES,
            f"{found.party} ran the model again and got {value.rerun_right} of {value.items} answers right, where "
            f"{value.signed_right} are signed for",
            "honest answers would differ so much in one of a hundred reruns at most",
            "ask the issuer how the answers were made",
        )
    return found


def _adds_up(value: Rerun) -> bool:
    same, items = value.same_outcome, value.items
    if not (value.same_text <= same <= items and max(value.signed_right, value.rerun_right) <= items):
        return False
    try:
        p_value = rerun_p_value(items, same, value.signed_right, value.rerun_right)
    except ValueError:
        return False
    bounds = clopper_pearson(same, items)
    said = (value.p_value, value.agreement, value.agreement_lower, value.agreement_upper)
    return said == (p_value, round(same / items, 4), *bounds)
