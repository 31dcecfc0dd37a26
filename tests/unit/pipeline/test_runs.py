import os
import shutil

import pytest

from certify.errors import CertifyError, ExitCode
from certify.evidence.certificate import ScreeningReport
from certify.evidence.evaluation import Evaluation
from certify.evidence.plan import EntropyKind
from certify.pipeline.main import continue_run, outcome_of, run_model, start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify.pipeline.witnessing import sign_plan
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.keys import generate_signer
from certify_registry import Registry
from tests.fakes.chain import answer_as_witnesses, finish, request_for, scripted, write_model
from tests.fakes.scripted_engine import ScriptedEngine, wrong


def raises(code, exit_code):
    """The block ends in an error of ours with this code and exit status."""
    return _Raises(code, exit_code)


class _Raises:
    def __init__(self, code, exit_code):
        self.code, self.exit_code = code, exit_code

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert isinstance(error, CertifyError), error
        assert (error.code, error.exit_code) == (self.code, self.exit_code)
        self.error = error
        return True


def evaluation_of(folder):
    bundle = parse_bundle(folder.file("evaluation.bundle.json").read_bytes())
    return Evaluation.from_document(statement_of(bundle).predicate)


def logged(house):
    with house.workspace.reading() as registry:
        return registry.size


def test_a_certified_run_leaves_what_people_look_for(house, engine):
    outcome = run_model(house.workspace, request_for(house), Silent())
    assert outcome.verdict == "certified"
    for name in (outcome.certificate, outcome.pdf):
        assert (house.workspace.home / name).is_file()
    assert (house.workspace.certificates / f"{outcome.serial}.status.json").is_file()
    assert not house.workspace.run_folder(outcome.run).file("staged").exists()
    assert logged(house) == 5


def test_a_model_that_fails_gets_a_report_and_its_refusal_is_logged(house, engine):
    engine.say = wrong
    request = request_for(house)
    outcome = run_model(house.workspace, request, Silent())
    folder = house.workspace.run_folder(outcome.run)
    assert (outcome.verdict, outcome.serial, outcome.certificate) == ("refused", None, None)
    assert not list(house.workspace.certificates.glob("*"))
    report = ScreeningReport.from_bytes(folder.file("screening.json").read_bytes())
    assert (report.verdict, report.development, report.run) == ("refused", True, outcome.run)
    assert (house.workspace.home / outcome.pdf).name == "screening.pdf"
    decision = parse_bundle(folder.file("decision.bundle.json").read_bytes())
    with house.workspace.reading() as registry:
        assert registry.index_of(decision.payload_sha256) == report.log_index
        assert registry.size == 3


def test_the_screening_report_is_drawn_for_real(house):
    with scripted(ScriptedEngine(wrong)):
        outcome = run_model(house.workspace, request_for(house), Silent())
    assert (house.workspace.home / outcome.pdf).read_bytes().startswith(b"%PDF-")


def test_a_second_try_says_that_it_is_one(house, engine):
    engine.say = wrong
    request = request_for(house)
    run_model(house.workspace, request, Silent())
    engine.say = ScriptedEngine().say
    outcome = run_model(house.workspace, request, Silent())
    assert outcome.verdict == "certified"
    attempts = evaluation_of(house.workspace.run_folder(outcome.run)).attempts
    assert (attempts.number, attempts.excludable) == (2, False)
    assert attempts.earlier[0].log_index == 0
    assert set(attempts.earlier[0].shares) >= {"name", "weights"}


def test_trying_until_it_passes_ends(house, engine):
    request = request_for(house)
    verdicts = [run_model(house.workspace, request, Silent()).verdict for _ in range(6)]
    assert verdicts == ["certified"] * 5 + ["refused"]


def test_another_model_of_the_same_applicant_is_a_first_attempt(house, engine, tmp_path):
    first = request_for(house)
    run_model(house.workspace, first, Silent())
    second = first.model_copy(update={"model": write_model(tmp_path / "another", fill=9)})
    outcome = run_model(house.workspace, second, Silent())
    assert outcome.verdict == "certified"
    attempts = evaluation_of(house.workspace.run_folder(outcome.run)).attempts
    assert (attempts.number, [plan.shares for plan in attempts.earlier]) == (1, [("applicant",)])
    certificate = parse_bundle(house.workspace.run_folder(outcome.run).file("certificate.bundle.json").read_bytes())
    assert statement_of(certificate).predicate["attempts"] == {"number": 1, "total": 1, "excludable": False}


def test_another_process_in_the_workspace(house, engine):
    other = Workspace.open(house.workspace.home)
    with other.writing(), raises("CERT-E071", ExitCode.REGISTRY):
        run_model(house.workspace, request_for(house), Silent())
    assert list(house.workspace.runs()) == []
    assert run_model(house.workspace, request_for(house), Silent()).verdict == "certified"


def test_a_model_that_changes_while_it_is_tested(house, engine, tmp_path):
    request = request_for(house)
    model = write_model(tmp_path / "victim", fill=5)
    request = request.model_copy(update={"model": model})
    good = (model / "model.safetensors").read_bytes()

    def swap(asked, gold):
        write_model(model, fill=6)
        return f" {gold}\n"

    engine.say = swap
    with raises("CERT-E026", ExitCode.NEGATIVE):
        run_model(house.workspace, request, Silent())
    assert logged(house) == 1
    (model / "model.safetensors").write_bytes(good)
    asked = len(engine.asked)
    assert run_model(house.workspace, request, Silent()).verdict == "certified"
    assert len(engine.asked) == asked


@pytest.mark.parametrize("change", ["weights", "file renamed", "file added", "data"])
def test_what_changed_between_start_and_resume_is_another_run(change, house, engine, tmp_path):
    model = write_model(tmp_path / "victim")
    data = shutil.copy(request_for(house).data[0], tmp_path / "data.jsonl")
    request = request_for(house).model_copy(update={"model": model, "data": (tmp_path / "data.jsonl",)})
    engine.dies_after = 40
    with pytest.raises(KeyboardInterrupt):
        run_model(house.workspace, request, Silent())
    engine.dies_after = None
    folder = next(iter(house.workspace.runs()))
    if change == "weights":
        write_model(model, fill=8)
    elif change == "file renamed":
        os.rename(model / "tokenizer.json", model / "vocabulary.json")
    elif change == "file added":
        (model / "chat_template.jinja").write_text("{{ messages }}")
    else:
        with open(data, "a") as stream:
            stream.write('{"text": "one more"}\n')
    with raises("CERT-E026", ExitCode.NEGATIVE):
        continue_run(house.workspace, folder, Silent(), upto=Stage.ISSUE)
    assert not folder.has("outcome.json")
    outcome = run_model(house.workspace, request, Silent())
    assert outcome.run != folder.name
    assert evaluation_of(house.workspace.run_folder(outcome.run)).attempts.number == 2


def test_a_second_evaluation_of_a_plan_is_refused(house, engine):
    request = request_for(house)
    folder = start_run(house.workspace, request, Silent(), upto=Stage.CHECK)
    for name in ("evaluation.bundle.json", "records.jsonl", "journal.jsonl", "started"):
        folder.file(name).unlink()
    engine.say = wrong
    with raises("CERT-E077", ExitCode.REGISTRY):
        start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    assert logged(house) == 2


def test_a_plan_past_its_deadline_counts_as_failed_and_the_next_is_the_next_attempt(house, engine, clock):
    request = request_for(house).model_copy(update={"max_hours": 1.0})
    late = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
    clock.forward(hours=1, seconds=1)
    with raises("CERT-E078", ExitCode.REGISTRY):
        continue_run(house.workspace, late, Silent(), upto=Stage.ISSUE)
    assert engine.asked == []
    outcome = run_model(house.workspace, request, Silent())
    assert outcome.verdict == "certified"
    assert outcome.run != late.name
    assert outcome_of(late).verdict == "incomplete"
    assert evaluation_of(house.workspace.run_folder(outcome.run)).attempts.number == 2


def test_an_evaluation_that_was_logged_in_time_may_be_decided_later(house, engine, clock):
    request = request_for(house).model_copy(update={"max_hours": 1.0})
    folder = start_run(house.workspace, request, Silent(), upto=Stage.CHECK)
    clock.forward(hours=2)
    assert run_model(house.workspace, request, Silent()).run == folder.name
    assert outcome_of(folder).verdict == "certified"


def test_a_deadline_that_passes_while_answers_come_in(house, engine, clock):
    def slow(asked, gold):
        clock.forward(minutes=1)
        return f" {gold}\n"

    engine.say = slow
    request = request_for(house).model_copy(update={"max_hours": 1.0})
    with raises("CERT-E078", ExitCode.REGISTRY):
        run_model(house.workspace, request, Silent())
    assert logged(house) == 1
    engine.say = ScriptedEngine().say
    assert run_model(house.workspace, request, Silent()).verdict == "certified"


def test_a_run_waits_for_its_seed_witnesses(production, engine):
    request = request_for(production)
    with raises("CERT-E098", ExitCode.INCOMPLETE) as waiting:
        run_model(production.workspace, request, Silent())
    folder = next(iter(production.workspace.runs()))
    assert f"handoff export {folder.name} --for witness" in waiting.error.hint
    assert not folder.has("entropy.json")
    answer_as_witnesses(production, folder, production.witnesses[:1])
    with raises("CERT-E098", ExitCode.INCOMPLETE) as waiting:
        run_model(production.workspace, request, Silent())
    assert waiting.error.what.endswith("missing: 1")
    answer_as_witnesses(production, folder)
    outcome = run_model(production.workspace, request, Silent())
    assert (outcome.run, outcome.verdict) == (folder.name, "certified")
    assert logged(production) == 5


@pytest.mark.parametrize("whose", ["another plan", "a stranger", "too many"])
def test_answers_that_do_not_count_fix_no_seed(whose, production, engine, tmp_path):
    request = request_for(production)
    folder = start_run(production.workspace, request, Silent(), upto=Stage.PLAN)
    other = start_run(production.workspace, request_for(production, "other", fill=3), Silent(), upto=Stage.PLAN)
    answer_as_witnesses(production, folder)
    if whose == "another plan":
        plan = other.file("plan.bundle.json").read_bytes()
        for key in production.witnesses:
            answer = sign_plan(parse_bundle(plan).payload_sha256, key)
            folder.file("witnesses").joinpath(f"{key.keyid[:8]}.json").write_bytes(answer.to_bytes())
    else:
        stranger = generate_signer("ed25519")
        answer_as_witnesses(production, folder, [stranger])
        if whose == "a stranger":
            folder.file("witnesses").joinpath(f"{production.witnesses[0].keyid[:8]}.json").unlink()
    code, status = ("CERT-E098", ExitCode.INCOMPLETE) if whose == "a stranger" else ("CERT-E092", ExitCode.NEGATIVE)
    with raises(code, status):
        run_model(production.workspace, request, Silent())
    assert not folder.has("entropy.json")
    shutil.rmtree(folder.file("witnesses"))
    answer_as_witnesses(production, folder)
    assert run_model(production.workspace, request, Silent()).run == folder.name


@pytest.mark.parametrize("junk", [b"", b"{}", b'{"keyid":1}', b"\xff", b"[" * 1000])
def test_junk_among_the_witnesses_answers(junk, production, engine):
    request = request_for(production)
    folder = start_run(production.workspace, request, Silent(), upto=Stage.PLAN)
    folder.file("witnesses").mkdir()
    folder.file("witnesses").joinpath("x.json").write_bytes(junk)
    with pytest.raises(CertifyError) as error:
        run_model(production.workspace, request, Silent())
    assert error.value.code in ("CERT-E045", "CERT-E046", "CERT-E049")
    assert not folder.has("entropy.json")


def test_a_seed_that_the_issuer_draws_marks_the_certificate(house):
    chain = finish(house, request_for(house), drawn=False)
    assert (chain.certificate.level, chain.certificate.entropy) == (0, EntropyKind.SELF)
    assert chain.certificate.development
    assert any("could have chosen the seed" in caveat for caveat in chain.certificate.caveats)
    assert any("Development keys" in caveat for caveat in chain.certificate.caveats)


def test_parties_that_are_apart_make_level_one(production):
    chain = finish(production, request_for(production), drawn=False)
    assert (chain.certificate.level, chain.certificate.development) == (1, False)
    assert {reference.party for reference in chain.certificate.evidence} == {
        "Archiv für Trainingsdaten",
        "Prüflabor Nord GmbH",
        "Institut für Modellprüfung",
    }


def test_no_training_data_is_said_and_decides(house, engine):
    request = request_for(house).model_copy(update={"data": (), "complete": False})
    outcome = run_model(house.workspace, request, Silent())
    folder = house.workspace.run_folder(outcome.run)
    assert outcome.verdict == "incomplete"
    assert [one.check for one in evaluation_of(folder).not_run] == ["corpus-scan"]
    assert not folder.has("dataset.bundle.json")


def test_nothing_is_written_before_everything_was_read(house, engine, tmp_path):
    request = request_for(house)
    for update in (
        {"model": tmp_path / "nowhere"},
        {"policy": "no-such-policy"},
        {"data": (tmp_path / "nowhere.jsonl",)},
        {"declaration": tmp_path / "nowhere.yaml"},
    ):
        with pytest.raises(CertifyError) as error:
            run_model(house.workspace, request.model_copy(update=update), Silent())
        assert error.value.code
    assert list(house.workspace.runs()) == []
    assert logged(house) == 0


def test_a_full_disk_stops_a_run_that_then_goes_on(house, engine, monkeypatch):
    request = request_for(house)
    real, calls = os.replace, []

    def full(source, target):
        calls.append(target)
        if str(target).endswith("records.jsonl"):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with raises("CERT-E073", ExitCode.REGISTRY):
        run_model(house.workspace, request, Silent())
    folder = next(iter(house.workspace.runs()))
    assert not list(folder.path.glob(".*"))
    monkeypatch.setattr(os, "replace", real)
    assert run_model(house.workspace, request, Silent()).run == folder.name
    assert len(engine.asked) == 120


def test_the_workspace_can_be_read_while_nobody_writes(house, engine):
    run_model(house.workspace, request_for(house), Silent())
    with Registry.open(house.workspace.home / "registry") as registry:
        assert registry.size == 5
