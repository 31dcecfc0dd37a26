"""Options that cannot be meant are refused before anything is signed, logged or written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from certify.pipeline.clock import later, now
from certify.pipeline.request import RunRequest
from certify.trust.trustfile import TrustFile


def log_size(cli, workspace: Path) -> int:
    size = cli("--home", workspace, "registry", "show", "--json").document["size"]
    assert isinstance(size, int)
    return size


@pytest.mark.parametrize("verb", ["run", "plan"])
@pytest.mark.parametrize("option", ["--engine", "--device", "--dtype", "--prompt-style"])
def test_a_setting_nobody_knows_is_refused(verb, option, cli, workspace):
    before = log_size(cli, workspace)
    arguments = ("model", "--policy", "starter", option, "foo")
    said = cli("--home", workspace, verb, *(("make",) if verb == "plan" else ()), *arguments)
    assert said.code == 2
    assert option in said.err
    assert log_size(cli, workspace) == before


@pytest.mark.parametrize("field", ["engine", "device", "dtype", "prompt_style"])
def test_a_request_takes_no_setting_nobody_knows(field):
    RunRequest(model=Path("m"), policy="starter")
    with pytest.raises(ValidationError):
        RunRequest.model_validate({"model": Path("m"), "policy": "starter", field: "foo"})


def test_all_of_no_data_is_refused(cli, home):
    said = cli("run", "model", "--policy", "starter", "--data-complete")
    assert (said.code, said.error) == (2, "CERT-E011")
    assert "--data" in said.err
    assert [path.name for path in home.iterdir()] == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_reason_has_words_and_is_short(reason, cli, workspace, development):
    before = log_size(cli, workspace)
    said = cli("--home", workspace, "revoke", development.certificate.serial, "--reason", reason)
    assert (said.code, said.error) == (2, "CERT-E011")
    assert log_size(cli, workspace) == before


def test_a_revocation_is_final(cli, workspace, development):
    serial = development.certificate.serial
    assert cli("--home", workspace, "revoke", serial, "--reason", "wrong").code == 0
    before = log_size(cli, workspace)
    for verb in ("suspend", "reinstate", "revoke"):
        said = cli("--home", workspace, verb, serial, "--reason", "again")
        assert (said.code, said.error) == (2, "CERT-E011")
        assert "final" in said.err
    assert log_size(cli, workspace) == before


def test_only_a_suspension_is_lifted(cli, workspace, development):
    said = cli("--home", workspace, "reinstate", development.certificate.serial, "--reason", "settled")
    assert (said.code, said.error) == (2, "CERT-E011")
    assert "not suspended" in said.err


def test_a_question_without_an_answer_ends_in_a_sentence(cli, handed, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = cli("trust", "use", "trust-file.json")
    assert said.code == 2
    assert "nothing was done" in said.err
    assert "CERT-E099" not in said.err


def expired(handed: Path) -> Path:
    trust = TrustFile.load(handed / "trust-file.json")
    path = handed / "old.json"
    path.write_bytes(trust.model_copy(update={"expires": later(now(), days=-1)}).to_bytes())
    return path


def test_an_expired_trust_file_is_shown_as_such_and_not_taken(cli, handed):
    old = expired(handed)
    assert "EXPIRED" in cli("trust", "show", old).out
    assert "EXPIRED" not in cli("trust", "show", "trust-file.json").out
    said = cli("trust", "use", old, "--yes")
    assert (said.code, said.error) == (4, "CERT-E042")
    assert cli("trust", "use", "trust-file.json", "--yes").code == 0


def test_a_trust_file_is_not_made_expired(cli, handed, chain):
    trust = chain.trust
    keys = []
    for role in trust.roles:
        for number, key in enumerate(trust.keys_for(role).values()):
            (handed / f"{role}{number}.pub").write_text(key.pem)
            keys += ["--key", f"{role}={key.party}={role}{number}.pub"]
    make = ("trust", "make", "made.json", "--name", "x", "--log", trust.log_vkey, *keys, "--expires")
    said = cli(*make, later(now(), days=-1))
    assert (said.code, said.error) == (2, "CERT-E011"), said.err
    assert not (handed / "made.json").exists()
    assert cli(*make, later(now(), days=1)).code == 0


def test_a_benchmark_nobody_knows_is_told_with_those_that_ship(cli, home):
    (home / "corpus.txt").write_text("words")
    said = cli("scan", "--data", "corpus.txt", "--benchmark", "nope")
    assert (said.code, said.error) == (2, "CERT-E100")
    assert "starter-200" in said.err


def test_one_certificate_is_one(cli, workspace):
    assert cli("--home", workspace, "registry", "list").out.endswith("\n1 certificate\n")


@pytest.mark.parametrize("at", ["2026-13-01", "20261126", "2026-11-26T12:00:00Z", "tomorrow", ""])
def test_a_day_that_is_none_is_refused(at, cli, handed):
    said = cli("show", "certificate.json", "--at", at, "--json")
    assert (said.code, said.document["code"]) == (2, "CERT-E011")


def test_clauses_are_read_as_of_another_day(cli, handed):
    for day, force in (("2026-11-26", "not_yet_in_force"), ("2028-01-01", "in_force")):
        said = cli("show", "certificate.json", "--at", day, "--json")
        assert {one["clause"]: one["force"] for one in said.document["clauses"]}["eu-ai-act/17"] == force
