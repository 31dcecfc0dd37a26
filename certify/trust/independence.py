"""How independent the parties behind a certificate are."""

from __future__ import annotations

from collections.abc import Iterable

from certify.evidence.certificate import Level
from certify.evidence.plan import EntropyKind


def assurance_level(
    *, issuer: str, evaluator: str, stewards: Iterable[str], entropy: EntropyKind, development: bool
) -> Level:
    """The assurance level that parties and entropy source allow; a reader computes it anew.

    Args:
        issuer: party whose key signed the certificate.
        evaluator: party whose key signed plan and evaluation.
        stewards: parties whose keys signed dataset statements; none when no data was examined.
        entropy: where the seed of the fresh problems came from.
        development: whether development keys are involved; these never rise above level 0.

    Source: docs/assurance-levels.md. Levels 2 and 3 need statements that this version does not make.
    """
    parties = [issuer, evaluator, *sorted(set(stewards))]
    one_hand = len(set(parties)) < len(parties)
    if development or one_hand or entropy is EntropyKind.SELF:
        return Level.SELF_DECLARED
    return Level.ISSUER_RUN
