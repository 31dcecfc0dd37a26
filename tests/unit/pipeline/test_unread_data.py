"""Training data of which a part cannot be read: the run goes on, and everything it leaves behind says so."""

import pytest

from certify.audit.audit import audit_certificate
from certify.cli.findings import print_findings
from certify.errors import UsageError
from certify.pipeline.main import findings_of, read_inputs, run_model
from certify.pipeline.reporter import Silent
from certify.pipeline.waiving import keep_waiver
from certify.trust.bundle import parse_bundle, statement_of
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import finish, request_for, waiver_for
from tests.fakes.scripted_engine import judge_here

SAID = "1 part of the data could not be read"


class Noting(Silent):
    """Keeps what it is told."""

    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def with_a_table(house):
    """A request whose data holds a file of a kind that the scan does not know."""
    request = request_for(house)
    table = house.root / "notes.csv"
    table.write_text("text\nany of the published items could stand here\n")
    return request.model_copy(update={"data": (*request.data, table)})


def shown(findings, capsys):
    print_findings(findings)
    return " ".join(capsys.readouterr().out.split())


def test_the_run_ends_inconclusive_and_says_what_it_could_not_read(house, engine, capsys):
    reporter = Noting()
    outcome = run_model(house.workspace, with_a_table(house), reporter)
    assert any("cannot read notes.csv" in note for note in reporter.notes)
    assert outcome.verdict == "inconclusive"
    report = findings_of(house.workspace, outcome)
    assert report.data_examined == "partial"
    assert [rule.id for rule in report.rules if rule.enforcement == "must" and rule.status != "met"] == ["ST-11"]
    folder = house.workspace.run_folder(outcome.run)
    bundle = parse_bundle(folder.file("contamination.bundle.json").read_bytes())
    said = statement_of(bundle).predicate
    assert (said["dataExamined"], said["scan"]["unscanned"]) == ("partial", 1)
    assert said["scan"]["unscannedBytes"] == (house.root / "notes.csv").stat().st_size
    text = shown(report, capsys)
    assert text.count(SAID) >= 2
    assert "Part of the training data; the rest was not seen" in text


def test_a_certificate_that_rests_on_a_waiver_tells_it_and_can_be_audited(asked, engine, capsys, monkeypatch):
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)
    request = with_a_table(asked)
    keep_waiver(asked.workspace, waiver_for(asked, request, rule="ST-11"))
    chain = finish(asked, request, engine, drawn=False)
    certificate = chain.certificate
    assert certificate.data_examined == "partial"
    assert SAID in shown(certificate, capsys)
    found = verify_certificate(chain.bundle, trust=chain.trust, expectations=Expectations(at=chain.at))
    assert found.verdict == "valid", found.checks
    audited = audit_certificate(
        chain.bundle, trust=chain.trust, pack=chain.folder.path, at=chain.at, training_data=request.data
    )
    assert audited.agrees, audited.checks
    assert {line.id: line.result for line in audited.checks}["scan"] == "pass"


def test_data_of_which_nothing_can_be_read_stops_the_run_before_its_plan(house):
    request = with_a_table(house)
    with pytest.raises(UsageError) as caught:
        read_inputs(request.model_copy(update={"data": request.data[1:]}), Silent())
    assert caught.value.code == "CERT-E031"
