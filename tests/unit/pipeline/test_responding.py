from types import SimpleNamespace

import pytest

from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.certificate import ScreeningReport
from certify.pipeline import responding
from certify.pipeline.case import read_case
from certify.pipeline.main import run_model
from certify.pipeline.reporter import Silent
from certify.pipeline.responding import PUBLISHED, RESPONSE, keep_response, response_of, sign_response
from certify.trust.keys import generate_signer
from tests.fakes.chain import development_house, request_for, scripted
from tests.fakes.scripted_engine import ScriptedEngine, wrong

TEXT = "The corpus was mixed up; a cleaned model is on its way."


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A house with one refused run, its pages not drawn."""
    house = development_house(tmp_path_factory.mktemp("refused"))
    with scripted(ScriptedEngine(wrong), drawn=False):
        outcome = run_model(house.workspace, request_for(house), Silent())
    return house, house.workspace.run_folder(outcome.run)


def answer(refused, publish=False, signer=None):
    house, folder = refused
    case = read_case(folder.file("decision.bundle.json"), folder.name, house.trust)
    key = signer or house.workspace.signer("data-steward")
    return sign_response(case, key, "Kontor Analytics GmbH", TEXT, publish=publish)


def test_a_response_is_kept_printed_and_published_only_by_consent(refused):
    house, folder = refused
    published = house.workspace.home / PUBLISHED / folder.name
    before = folder.file("screening.pdf").read_bytes()
    assert keep_response(house.workspace, folder, answer(refused)) is None
    assert not (published / RESPONSE).exists()
    said = response_of(house.workspace, folder)
    assert (said.value.text, said.value.publish) == (TEXT, False)
    assert folder.file("screening.report.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert folder.file("screening.pdf").read_bytes() == before

    assert keep_response(house.workspace, folder, answer(refused, publish=True)) == published
    assert sorted(path.name for path in published.iterdir()) == [RESPONSE, "screening.pdf", "screening.report.pdf"]
    keep_response(house.workspace, folder, answer(refused))
    assert list(published.iterdir()) == []


def test_consent_is_withdrawn_first_and_nothing_is_published_by_halves(refused, monkeypatch):
    house, folder = refused
    published = house.workspace.home / PUBLISHED / folder.name
    assert keep_response(house.workspace, folder, answer(refused, publish=True)) == published

    def fails(*_, **__):
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(responding, "draw_report", fails)
        with pytest.raises(OSError, match="no space"):
            keep_response(house.workspace, folder, answer(refused))
    assert list(published.iterdir()) == []
    short, page = folder.file("screening.pdf"), folder.file("screening.pdf").read_bytes()
    kept = folder.file(RESPONSE).read_bytes()
    short.unlink()
    try:
        with pytest.raises(CertifyError):
            keep_response(house.workspace, folder, answer(refused, publish=True))
    finally:
        short.write_bytes(page)
    assert list(published.iterdir()) == []
    assert folder.file(RESPONSE).read_bytes() == kept


def test_nobody_else_answers_for_the_applicant(refused):
    house, folder = refused
    with pytest.raises(HostileInput) as error:
        keep_response(house.workspace, folder, answer(refused, signer=generate_signer()))
    assert error.value.code == "CERT-E055"


def test_a_response_to_another_decision_is_refused(refused):
    house, folder = refused
    case = read_case(folder.file("decision.bundle.json"), folder.name, house.trust)
    decision = SimpleNamespace(payload_sha256="ab" * 32, statement=case.decision.statement)
    other = SimpleNamespace(name=folder.name, decision=decision)
    bundle = sign_response(other, house.workspace.signer("data-steward"), "X", "y", publish=True)
    with pytest.raises(HostileInput) as error:
        keep_response(house.workspace, folder, bundle)
    assert error.value.code == "CERT-E572"


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_an_empty_or_endless_response_is_refused(refused, text):
    house, folder = refused
    case = read_case(folder.file("decision.bundle.json"), folder.name, house.trust)
    with pytest.raises(UsageError) as error:
        sign_response(case, house.workspace.signer("data-steward"), "X", text, publish=False)
    assert error.value.code == "CERT-E571"


def test_only_what_ended_without_a_certificate_can_be_answered(refused):
    house, folder = refused
    report = folder.file("screening.json")
    data = report.read_bytes()
    assert ScreeningReport.from_bytes(data).verdict == "refused"
    report.unlink()
    try:
        with pytest.raises(UsageError) as error:
            keep_response(house.workspace, folder, answer(refused))
        assert error.value.code == "CERT-E573"
    finally:
        report.write_bytes(data)
