from __future__ import annotations

import hashlib
import json
import os
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from certify.attest.scrubbing import scrubbed
from certify.attest.steps import RecordedStep, record_step
from certify.errors import CertifyError, HostileInput, UsageError
from certify.trust.keys import generate_signer

SIGNER = generate_signer()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.jsonl").write_text("a\n")
    (tmp_path / "raw" / "b.jsonl").write_text("b\n")
    return tmp_path


def record(work: Path, **change: Any) -> RecordedStep:
    given = {
        "materials": [work / "raw"],
        "products": [work / "clean.jsonl"],
        "command": [sys.executable, "-c", "open('clean.jsonl','w').write('ab')"],
        "signer": SIGNER,
        "out_folder": work / "links",
        "base": work,
    }
    return record_step("clean", **{**given, **change})


def link_of(step: RecordedStep) -> dict[str, Any]:
    assert step.link is not None
    envelope = json.loads(step.link.read_bytes())
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    return json.loads(b64decode(envelope["payload"]))


def test_a_step_records_what_it_read_and_wrote(work: Path) -> None:
    step = record(work)
    link = link_of(step)
    assert link["_type"] == "link"
    assert link["materials"] == {
        "raw/a.jsonl": {"sha256": hashlib.sha256(b"a\n").hexdigest()},
        "raw/b.jsonl": {"sha256": hashlib.sha256(b"b\n").hexdigest()},
    }
    assert link["products"] == {"clean.jsonl": {"sha256": hashlib.sha256(b"ab").hexdigest()}}
    assert link["byproducts"] == {"return-value": 0}
    assert link["command"][0] == sys.executable
    assert {path.name for path in (work / "links").iterdir()} == {step.link.name, step.statement.name}


def test_a_step_without_a_command_records_files_alone(work: Path) -> None:
    (work / "clean.jsonl").write_text("done by hand")
    link = link_of(record(work, command=None))
    assert link["command"] == []
    assert link["byproducts"] == {}


def test_a_failed_command_leaves_no_link_and_its_exit_code(work: Path) -> None:
    step = record(work, command=[sys.executable, "-c", "raise SystemExit(7)"])
    assert (step.exit_code, step.link, step.products) == (7, None, {})
    assert not (work / "links").exists()


def test_the_output_of_a_command_is_talk_and_passphrases_stay_here(work: Path, capfd, monkeypatch) -> None:
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "correct horse battery")
    program = "import os; print('working', os.environ.get('CERTIFY_PASSPHRASE')); open('clean.jsonl','w')"
    record(work, command=[sys.executable, "-c", program])
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "working None" in captured.err


@pytest.mark.parametrize(
    "change",
    [
        {"materials": [Path("/nonexistent/data")]},
        {"products": [Path("never-written.jsonl")]},
        {"command": ["/nonexistent/program"]},
        {"materials": [Path(os.__file__)]},
    ],
)
def test_what_is_not_there_is_an_error_and_leaves_no_link(work: Path, change: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        record(work, **change)
    assert caught.value.code == "CERT-E057"
    assert not (work / "links").exists()


def test_an_empty_folder_is_an_error(work: Path) -> None:
    (work / "empty").mkdir()
    with pytest.raises(UsageError) as caught:
        record(work, materials=[work / "empty"])
    assert caught.value.code == "CERT-E029"


def test_a_link_among_the_materials_is_refused(work: Path) -> None:
    (work / "raw" / "c.jsonl").symlink_to(work / "raw" / "a.jsonl")
    with pytest.raises(HostileInput):
        record(work)


@pytest.mark.parametrize("name", ["", "../up", "a b", "-x", "a" * 65, "a.b"])
def test_a_step_name_must_fit_a_file_name(work: Path, name: str) -> None:
    with pytest.raises(CertifyError) as caught:
        record_step(name, materials=[], products=[], signer=SIGNER, out_folder=work)
    assert caught.value.code == "CERT-E057"


@pytest.mark.parametrize(
    ("command", "recorded"),
    [
        (["get", "--token", "abc"], ["get", "--token", "***"]),
        (["get", "--hf-token=abc", "x"], ["get", "--hf-token=***", "x"]),
        (["env", "HF_TOKEN=abc", "AWS_SECRET_KEY=x/y", "go"], ["env", "HF_TOKEN=***", "AWS_SECRET_KEY=***", "go"]),
        (["sh", "-c", "PASSWORD='a b' curl --api-key abc u"], ["sh", "-c", "PASSWORD=*** curl --api-key *** u"]),
        (["curl", "-H", "Authorization: Bearer abc"], ["curl", "-H", "Authorization: Bearer ***"]),
        (["git", "clone", "https://me:abc@host/x"], ["git", "clone", "https://***@host/x"]),
        (["train", "--tokenizer", "gpt2", "--max-tokens", "9"], ["train", "--tokenizer", "gpt2", "--max-tokens", "9"]),
        (["say", "the value hunter22 again"], ["say", "the value *** again"]),
        ([], []),
    ],
)  # fmt: skip
def test_secrets_are_not_recorded(command: list[str], recorded: list[str]) -> None:
    assert scrubbed(command, {"DB_PASSWORD": "hunter22", "HOME": "value", "API_KEY": "get"}) == recorded
