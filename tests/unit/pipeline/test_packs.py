"""A shipped policy from plan to certificate: what it asks can be produced, and a stranger takes its decision again."""

from __future__ import annotations

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.evidence.answers import Request
from certify.evidence.canonical import canonical_bytes
from certify.evidence.clauses import Support
from certify.evidence.dataset import DataExamined
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, finish, production_house, request_for, scratch
from tests.fakes.scripted_engine import ScriptedEngine, right, wrong

DECLARED = {
    "owner": "Kontor Analytics GmbH",
    "intendedUse": "Sums and orderings in teaching material",
    "prohibitedUse": "Decisions about people",
}


def _reasons(request: Request, gold: str) -> str:
    """Solves every problem, and knows none of them by heart."""
    return wrong(request, gold) if request.check == "prefix-completion" else right(request, gold)


@pytest.fixture(scope="module")
def chain() -> Chain:
    """A certificate under the baseline, for a model whose training data nobody discloses; its page is not drawn."""
    house = production_house(scratch())
    declaration = house.root / "declared.json"
    declaration.write_bytes(canonical_bytes(DECLARED))
    changes = {"policy": "baseline", "data": (), "complete": False, "declaration": declaration}
    return finish(house, request_for(house).model_copy(update=changes), ScriptedEngine(_reasons), drawn=False)


def test_a_model_of_undisclosed_data_is_certified_by_what_was_asked_of_it(chain: Chain) -> None:
    certificate = chain.certificate
    assert certificate.data_examined is DataExamined.UNDISCLOSED
    assert {rule.status for rule in certificate.rules} == {"met", "not_applicable"}
    assert [one.check for one in certificate.not_checked] == ["corpus-scan"]


def test_the_certificate_lists_what_no_rule_covers_and_a_stranger_finds_the_same(chain: Chain) -> None:
    found = {one.clause: one.support for one in chain.certificate.clauses or ()}
    assert found["eu-ai-act/17"] is Support.NOT_COVERED
    assert found["iso-42001/a-7-5"] is Support.NOT_COVERED  # the rules on data do not apply
    assert found["eu-ai-act/15-1"] is Support.SUPPORTED
    expectations = Expectations(at=chain.at, policy="baseline")
    assert verify_certificate(chain.bundle, trust=chain.trust, expectations=expectations).verdict == "valid"
