"""How independent the parties behind a certificate are."""

from __future__ import annotations

from collections.abc import Iterable

from certify.evidence.certificate import Level
from certify.evidence.plan import EntropyKind


def assurance_level(
    *,
    issuer: str,
    evaluators: Iterable[str],
    stewards: Iterable[str],
    witnesses: Iterable[str],
    entropy: EntropyKind,
    development: bool,
) -> Level:
    """The assurance level that parties and entropy source allow; a reader computes it anew.

    Args:
        issuer: party whose key signed the certificate.
        evaluators: parties whose keys signed plan and evaluation.
        stewards: parties whose keys signed dataset statements; none when no data was examined.
        witnesses: parties whose answers made the seed; one that is none of the others is enough, because the
            seed cannot be known without its answer.
        entropy: where the seed of the fresh problems came from.
        development: whether development keys are involved; these never rise above level 0.

    Source: docs/assurance-levels.md. Level 2 needs a rerun beside the certificate; level 3 an accreditor.
    """
    evaluating, holding = set(evaluators), set(stewards)
    involved = {issuer} | evaluating | holding
    one_hand = issuer in evaluating | holding or bool(evaluating & holding)
    chosen = entropy is EntropyKind.SELF or (entropy is EntropyKind.SEED_WITNESSES and not set(witnesses) - involved)
    return Level.SELF_DECLARED if development or one_hand or chosen else Level.ISSUER_RUN
