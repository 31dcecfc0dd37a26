"""The level follows from who signed and where the seed came from."""

from typing import Any

import pytest

from certify.evidence.certificate import Level
from certify.evidence.plan import EntropyKind
from certify.trust.independence import assurance_level

APART: dict[str, Any] = {
    "issuer": "issuer",
    "evaluators": ["evaluator"],
    "stewards": ["steward"],
    "witnesses": ["university"],
    "entropy": EntropyKind.SEED_WITNESSES,
    "development": False,
}


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({}, Level.ISSUER_RUN),
        ({"stewards": []}, Level.ISSUER_RUN),
        ({"stewards": ["one", "two"]}, Level.ISSUER_RUN),
        ({"witnesses": ["university", "issuer"]}, Level.ISSUER_RUN),
        ({"development": True}, Level.SELF_DECLARED),
        ({"entropy": EntropyKind.SELF}, Level.SELF_DECLARED),
        ({"evaluators": ["issuer"]}, Level.SELF_DECLARED),
        ({"evaluators": ["evaluator", "issuer"]}, Level.SELF_DECLARED),
        ({"evaluators": ["evaluator", "steward"]}, Level.SELF_DECLARED),
        ({"stewards": ["issuer"]}, Level.SELF_DECLARED),
        ({"stewards": ["one", "evaluator"]}, Level.SELF_DECLARED),
        ({"witnesses": ["issuer", "evaluator", "steward"]}, Level.SELF_DECLARED),
        ({"witnesses": []}, Level.SELF_DECLARED),
    ],
)
def test_the_level(changed: dict[str, Any], level: Level) -> None:
    assert assurance_level(**APART | changed) is level
