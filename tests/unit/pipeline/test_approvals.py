"""From a certified decision to its certificate, through the approvers a trust file names."""

import pytest

from certify.errors import CertifyError, ExitCode
from certify.evidence.certificate import ScreeningReport
from certify.pipeline.main import continue_run, outcome_of, run_model, start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import answer_as_witnesses, approve, chain_of, request_for


def begin(house, **changes):
    """A run whose seed witnesses have answered, carried as far as it goes."""
    request = request_for(house).model_copy(update=changes)
    folder = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
    answer_as_witnesses(house, folder)
    run_model(house.workspace, request, Silent())
    return request, folder


def verdict_of(chain, trust=None):
    found = verify_certificate(chain.bundle, trust=trust or chain.trust, expectations=Expectations(at=chain.at))
    return found.verdict, {line.id: line for line in found.checks}


def test_a_run_waits_for_two_keys_and_then_issues(asked, engine):
    request, folder = begin(asked)
    assert outcome_of(folder).verdict == "awaiting_approval"
    assert not list(asked.workspace.certificates.glob("*"))
    approve(asked, folder, asked.approvers[0])
    assert run_model(asked.workspace, request, Silent()).verdict == "awaiting_approval"
    approve(asked, folder, asked.approvers[1], comment="looked at all of it", ticket="AI-7")
    outcome = run_model(asked.workspace, request, Silent())
    assert (outcome.verdict, outcome.run) == ("certified", folder.name)
    chain = chain_of(asked, request, folder)
    verdict, lines = verdict_of(chain)
    assert verdict == "valid"
    assert lines["approvals"].result == "pass"
    assert "2 of 2 needed: " in lines["approvals"].detail
    approvals = [one for one in chain.certificate.evidence if one.kind == "approval"]
    decision = next(one for one in chain.certificate.evidence if one.kind == "decision")
    assert {one.party for one in approvals} == {"Ausschuss A", "Ausschuss B"}
    assert all(one.log_index > decision.log_index for one in approvals)
