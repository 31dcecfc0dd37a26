"""Approvers at the command line: what they see, what they may do, and what stops them."""

import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from certify.pipeline.clock import later, now
from certify.pipeline.main import run_model, start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import RunOutcome, Stage
from certify.pipeline.waiving import keep_waiver
from certify.trust.keys import keyid_of_pem, load_key, save_key
from tests.fakes.chain import answer_as_witnesses, production_house, request_for, scripted, waiver_for
from tests.fakes.scripted_engine import ScriptedEngine, ThreeUnreadable
from tests.unit.cli.test_snapshots import SNAPSHOTS, plain

PASSPHRASE = "correct horse battery staple"
RUN = "2026-11-23-170000-0a1b"
ENDS = later(now(), days=30)
PLAN = f"ws/runs/{RUN}/plan.bundle.json"
DECISION = f"ws/runs/{RUN}/decision.bundle.json"


@pytest.fixture(scope="session")
def committee(tmp_path_factory):
    """A workspace with a run that waits for two approvers, one rule waived, every key in a file."""
    root = tmp_path_factory.mktemp("committee")
    house = production_house(root, threshold=2)
    request = request_for(house)
    keep_waiver(house.workspace, waiver_for(house, request, expires=ENDS))
    with scripted(ScriptedEngine(ThreeUnreadable())):
        folder = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
        answer_as_witnesses(house, folder)
        run_model(house.workspace, request, Silent())
    folder.file("waiting.json").write_bytes(RunOutcome(run=RUN, verdict="awaiting_approval").to_bytes())
    folder.path.rename(folder.path.with_name(RUN))
    for role, signer in house.signers.items():
        save_key(house.workspace.home / "keys" / f"{role}.pem", signer, PASSPHRASE)
    for number, key in enumerate(house.approvers):
        save_key(root / f"approver-{number}.pem", key, PASSPHRASE)
    save_key(root / "issuer.pem", house.signers["issuer"], PASSPHRASE)
    return house


@pytest.fixture
def waiting(committee, home, monkeypatch):
    """A copy of that workspace beside the approvers' keys, in the current folder."""
    shutil.copytree(committee.workspace.home, home / "ws")
    for path in committee.root.glob("*.pem"):
        shutil.copy(path, home)
    monkeypatch.setenv("CERTIFY_PASSPHRASE", PASSPHRASE)
    return home


@pytest.fixture
def engine():
    with scripted(ScriptedEngine(), drawn=False):
        yield


@pytest.fixture
def stands_as():
    """Compares what was printed with the snapshot of that name."""

    def compare(name, said):
        found = re.sub(r"\b[0-9a-f]{8}(?=-approved|\.json)", "########", plain(said.out + said.err))
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("CERTIFY_UPDATE_SNAPSHOTS"):
            path.write_text(found, encoding="utf-8")
        assert found == path.read_text(encoding="utf-8")
        assert [line for line in found.splitlines() if len(line) > 80 and not line.startswith("next: ")] == []

    return compare


def approve(cli, number, *more):
    return cli("--home", "ws", "approve", RUN, "--key", f"approver-{number}.pem", "--yes", *more)


def test_a_run_that_waits(cli, waiting, stands_as):
    said = cli("--home", "ws", "show", RUN)
    assert said.code == 0
    stands_as("approve_waiting", said)
    assert "awaiting_approval" in cli("--home", "ws", "show").out


@pytest.mark.usefixtures("engine")
def test_waiting_is_exit_status_three(cli, waiting):
    said = cli("--home", "ws", "issue", RUN, "--json")
    assert said.code == 3
    assert said.document["verdict"] == "awaiting_approval"
    assert said.document["serial"] is None
    assert said.document["approvals"] == {"given": 0, "needed": 2}
    assert said.document["decision"]["verdict"] == "certified"


@pytest.mark.usefixtures("engine")
def test_two_approvers_and_the_certificate(cli, waiting, stands_as):
    said = approve(cli, 0, "--comment", "looked at the scan", "--ticket", "AI-7")
    assert said.code == 0, said.err
    stands_as("approve_first", said)
    said = approve(cli, 1, "--json")
    assert said.document["schema"] == "certify/approve/v1"
    assert (said.document["verdict"], said.document["independent"]) == ("approved", True)
    said = cli("--home", "ws", "issue", RUN, "--json")
    assert (said.code, said.document["verdict"]) == (0, "certified")
    shutil.copy(said.document["certificate"], "certificate.json")
    said = cli("verify", "certificate.json", "--trust", "ws/trust.json")
    assert said.code == 0, said.out
    stands_as("approve_verify", said)
    stands_as("approve_show", cli("show", "certificate.json", "--at", "2026-11-26"))
    assert approve(cli, 2).error == "CERT-E108"


def test_an_approvers_key_is_named_by_uri_too(cli, waiting, monkeypatch):
    monkeypatch.setenv("APPROVER", Path("approver-1.pem").read_text())
    for key in ("file:approver-0.pem", "env:APPROVER"):
        said = cli("--home", "ws", "approve", RUN, "--key", key, "--yes", "--json")
        assert (said.code, said.document["verdict"]) == (0, "approved"), said.err
    asked = ("--policy", "starter", "--model", "a" * 64, "--reason", "r", "--ticket", "t", "--approver", "A. Beispiel")
    said = cli("waive", "ST-07", *asked, "--expires", ENDS, "--key", "env:APPROVER", "--json")
    assert said.code == 0, said.err
    assert said.document["approver"] == keyid_of_pem(load_key(Path("approver-1.pem"), PASSPHRASE).public_pem)
    said = cli("waive", "ST-07", *asked, "--expires", ENDS, "--key", "env:NOBODY", "--out", "x.json")
    assert (said.code, said.error) == (2, "CERT-E056")


@pytest.mark.usefixtures("engine")
def test_a_no_ends_the_run(cli, waiting, stands_as):
    assert approve(cli, 2, "--reject", "--comment", "the waiver is too long", "--ticket", "AI-9").code == 0
    said = cli("--home", "ws", "issue", RUN, "--json")
    assert (said.code, said.document["verdict"], said.document["serial"]) == (1, "refused", None)
    said = cli("--home", "ws", "show", RUN)
    assert " ".join(said.out.split()).startswith(
        "NOT ISSUED: rejected by Institut für Modellprüfung; the waiver is too long; ticket AI-9."
    )


def test_whoever_does_not_answer_has_signed_nothing(cli, waiting, monkeypatch):
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115 - closed with the test
    said = cli("--home", "ws", "approve", RUN, "--key", "approver-0.pem")
    assert said.code == 2
    assert "Approve this decision?" in said.err
    assert f"ST-07 until {ENDS}, ticket RISK-118" in " ".join(said.out.split())
    assert not (waiting / "ws" / "runs" / RUN / "approvals").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        ((RUN, "--key", "issuer.pem", "--yes"), 1, "CERT-E106"),
        ((RUN, "--key", "nobody.pem", "--yes"), 4, "CERT-E041"),
        (("no-such-run", "--key", "approver-0.pem", "--yes"), 2, "CERT-E012"),
        ((RUN, "--key", "approver-0.pem", "--yes", "--comment", "x" * 1001), 2, "CERT-E104"),
        ((DECISION, "--key", "approver-0.pem", "--yes", "--trust", "no.json"), 4, "CERT-E042"),
        ((PLAN, "--key", "approver-0.pem", "--yes", "--trust", "ws/trust.json"), 1, "CERT-E055"),
    ],
)  # fmt: skip
def test_approvals_that_are_not_given(arguments, code, error, cli, waiting):
    said = cli("--home", "ws", "approve", *arguments)
    assert (said.code, said.error) == (code, error), said.err
    assert not (waiting / "ws" / "runs" / RUN / "approvals").exists()


def test_an_approver_without_a_trust_file_of_their_own(cli, waiting):
    said = cli("approve", f"ws/runs/{RUN}/decision.bundle.json", "--key", "approver-0.pem", "--yes")
    assert (said.code, said.error) == (4, "CERT-E042")


@pytest.mark.usefixtures("engine")
def test_from_one_machine_to_another_and_back(cli, waiting, home, stands_as):
    said = cli("--home", "ws", "handoff", "export", RUN, "--for", "approver", "--out", "sent.zip")
    assert said.code == 0, said.err
    stands_as("handoff_export", said)
    with zipfile.ZipFile("sent.zip") as archive:
        archive.extractall("elsewhere")
    shutil.copy("ws/trust.json", "mine.json")
    readme = Path("elsewhere/README.md").read_text()
    assert "certify approve decision.bundle.json --trust TRUST.json --key YOUR-KEY.pem --out answer.json" in readme
    for number in (0, 1):
        said = cli(
            "approve", "elsewhere/decision.bundle.json", "--trust", "mine.json", "--key", f"approver-{number}.pem",
            "--out", f"answer-{number}.json", "--yes",
        )  # fmt: skip
        assert said.code == 0, said.err
        said = cli("--home", "ws", "handoff", "import", f"answer-{number}.json")
        assert said.code == 0, said.err
    stands_as("handoff_import", said)
    assert cli("--home", "ws", "issue", RUN, "--json").document["verdict"] == "certified"


def test_a_decision_alone_is_shown_as_one(cli, waiting):
    Path("alone").mkdir()
    shutil.copy(f"ws/runs/{RUN}/decision.bundle.json", "alone")
    said = cli("approve", "alone", "--trust", "ws/trust.json", "--key", "approver-0.pem", "--yes")
    assert said.code == 0
    assert "Only the decision is at hand; the evidence it rests on was not looked at." in said.out


def test_what_comes_back_and_is_no_answer(cli, waiting):
    Path("notes.txt").write_text("looks fine")
    said = cli("--home", "ws", "handoff", "import", "notes.txt")
    assert (said.code, said.error) == (2, "CERT-E108")
    Path("hostile.zip").write_bytes(b"PK\x03\x04 and nothing more")
    said = cli("--home", "ws", "handoff", "import", "hostile.zip")
    assert (said.code, said.error) == (1, "CERT-E109")
    said = cli("--home", "ws", "handoff", "export", "no-such-run", "--for", "witness", "--out", "x.zip")
    assert (said.code, said.error) == (2, "CERT-E012")


def waive(cli, *more, rule="ST-07", key="approver-1.pem", expires=ENDS):
    return cli(
        *more, "waive", rule, "--model", "ab" * 32, "--policy", "starter", "--reason", "a person reads every answer",
        "--ticket", "RISK-118", "--approver", "Dr. A. Beispiel", "--expires", expires, "--key", key,
    )  # fmt: skip


def test_a_waiver_in_a_file_and_in_a_workspace(cli, waiting, stands_as):
    said = waive(cli)
    assert said.code == 0, said.err
    stands_as("waive", said)
    (file,) = Path().glob("waiver-ST-07-*.json")
    assert json.loads(file.read_text())["mediaType"].startswith("application/vnd.dev.sigstore.bundle")
    before = set(Path("ws/waivers").iterdir())
    assert waive(cli, "--home", "ws").code == 0
    assert len(set(Path("ws/waivers").iterdir()) - before) == 1
    assert cli("--home", "ws", "handoff", "import", file).code == 0
    listed = cli("--home", "ws", "policy", "waivers", "starter")
    told = " ".join(listed.out.split())
    assert listed.code == 1
    assert "it is for another version of the policy starter; used by 2026-11-23-170000-0a1b" in told
    said = cli("--home", "ws", "policy", "waivers", "starter", "--json").document["waivers"]
    assert {one["fault"] for one in said} == {"foreign", "unused"}


@pytest.mark.parametrize(
    ("changes", "code", "error"),
    [
        ({"rule": "ST-05"}, 2, "CERT-E104"),
        ({"rule": "ST-99"}, 2, "CERT-E104"),
        ({"expires": "2099-12-24T12:00:00Z"}, 2, "CERT-E104"),
        ({"expires": "Christmas"}, 2, "CERT-E104"),
        ({"key": "issuer.pem"}, 1, "CERT-E055"),
    ],
)
def test_waivers_that_are_not_given(changes, code, error, cli, waiting):
    before = sorted(Path("ws/waivers").iterdir())
    said = waive(cli, "--home", "ws", **changes)
    assert (said.code, said.error) == (code, error), said.err
    assert sorted(Path("ws/waivers").iterdir()) == before


@pytest.mark.usefixtures("engine")
def test_a_waiver_that_changed_nothing_is_told(committee, cli, home, monkeypatch, tmp_path):
    monkeypatch.setenv("CERTIFY_PASSPHRASE", PASSPHRASE)
    house = committee.copied(tmp_path)
    request = request_for(house, "another", fill=9)
    keep_waiver(house.workspace, waiver_for(house, request, rule="ST-06"))
    folder = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
    answer_as_witnesses(house, folder)
    start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    said = cli("--home", house.workspace.home, "approve", folder.name, "--key", committee.root / "approver-0.pem", "-y")
    assert "waiver of ST-06 not used: the rule needs no waiver, or another one covers it" in said.out
    for number in (0, 1):
        said = cli(
            "--home", house.workspace.home, "approve", folder.name, "--key", committee.root / f"approver-{number}.pem",
            "--reject", "--yes",
        )  # fmt: skip
        assert said.code == 0, said.err
    assert cli("--home", house.workspace.home, "issue", folder.name).code == 1
    said = cli("--home", house.workspace.home, "show", folder.name)
    assert "waivers not used:" in said.out
