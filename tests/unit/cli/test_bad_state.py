"""Bad policies, keys and registries: each has its own code and exit status, and nothing half-written stays."""

import fcntl
import os
import shutil
from importlib.resources import as_file
from pathlib import Path

import pytest
import yaml

from certify.resources import room
from certify.trust.keys import save_key
from tests.fakes.chain import Chain


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A copy of the starter policy."""
    with as_file(room("policies") / "starter") as shipped:
        return Path(shutil.copytree(shipped, tmp_path / "policy"))


def edit(policy: Path, **changes: object) -> None:
    path = policy / "policy.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}, sort_keys=False))


def misspell(policy: Path) -> None:
    path = policy / "policy.yaml"
    path.write_text(path.read_text().replace("validity_days:", "validity_dayz:"))


def misspell_expression(policy: Path) -> None:
    path = policy / "policy.yaml"
    path.write_text(path.read_text().replace("accuracy.lower >= params.floor", "accuracy.lowr >= params.floor"))


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (misspell, "CERT-E051", "validity_days"),
        (lambda policy: edit(policy, colour="red"), "CERT-E051", "colour"),
        (lambda policy: edit(policy, rules=[]), "CERT-E052", "no rules"),
        (lambda policy: (policy / "policy.yaml").write_text("rules: [}"), "CERT-E050", ""),
        (lambda policy: (policy / "policy.yaml").write_text("a: &x [*x]"), "CERT-E050", ""),
    ],
    ids=["typo", "unknown-field", "no-rules", "not-yaml", "alias"],
)
@pytest.mark.parametrize("verb", ["lint", "run"])
def test_a_bad_policy(verb, spoil, code, told, cli, policy, workspace, chain: Chain):
    spoil(policy)
    arguments = {
        "lint": ("policy", "lint", policy),
        "run": ("--home", workspace, "run", chain.request.model, "--policy", policy),
    }
    said = cli(*arguments[verb])
    assert (said.code, said.error) == (2, code), said.err
    assert told in said.err


def test_a_misspelt_expression_is_a_finding_and_keeps_a_policy_from_deciding(cli, policy, workspace, chain: Chain):
    misspell_expression(policy)
    said = cli("policy", "lint", policy)
    assert said.code == 1
    assert "lowr" in said.out
    said = cli("--home", workspace, "run", chain.request.model, "--policy", policy)
    assert (said.code, said.error) == (2, "CERT-E053")


def test_a_wrong_or_missing_passphrase(cli, home, monkeypatch, chain: Chain):
    (home / "plan.json").write_bytes(chain.folder.file("plan.bundle.json").read_bytes())
    (home / "plan.proof").write_bytes(chain.folder.file("plan.proof").read_bytes())
    (home / "trust.json").write_bytes(chain.trust.to_bytes())
    answer = ("plan", "answer", "plan.json", "--proof", "plan.proof", "--trust", "trust.json", "--key", "witness.pem")
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "correct horse battery staple")
    save_key(home / "witness.pem", chain.house.witnesses[0], "correct horse battery staple")
    assert cli(*answer).code == 0
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "wrong horse battery staple")
    said = cli(*answer)
    assert (said.code, said.error, said.out) == (4, "CERT-E040", "")
    monkeypatch.delenv("CERTIFY_PASSPHRASE")
    assert cli(*answer).code == 4


def test_a_key_is_never_overwritten_and_a_short_passphrase_not_taken(cli, home, monkeypatch):
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "short")
    assert (said := cli("keys", "make", "key.pem")).code == 2
    assert said.error == "CERT-E056"
    assert not Path("key.pem").exists()
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "correct horse battery staple")
    assert cli("keys", "make", "key.pem").code == 0
    before = Path("key.pem").read_bytes()
    assert cli("keys", "make", "key.pem").error == "CERT-E011"
    assert Path("key.pem").read_bytes() == before
    assert Path("key.pem").stat().st_mode & 0o077 == 0


def test_a_damaged_trust_file(cli, handed):
    text = Path("trust-file.json").read_text()
    for spoilt in (text[:-20], text.replace('"version"', '"versoin"'), "[]", ""):
        Path("bad.json").write_text(spoilt)
        said = cli("verify", "certificate.pdf", "--trust", "bad.json")
        assert (said.code, said.error) == (4, "CERT-E042"), said.err


def test_a_corrupt_registry(cli, workspace, development: Chain):
    database = next((workspace / "registry").rglob("registry.db"))
    for side in workspace.rglob("registry.db-*"):
        side.unlink()
    database.write_bytes(b"not a database" * 1000)
    serial = development.certificate.serial
    for call in (("registry", "show"), ("registry", "list"), ("verify", serial), ("revoke", serial, "--reason", "x")):
        said = cli("--home", workspace, *call)
        assert (said.code, said.error) == (5, "CERT-E070"), (call, said.err)


def test_fsck_finds_a_flipped_byte_in_what_is_published(cli, workspace):
    tile = next(path for path in (workspace / "registry" / "tile").rglob("*") if path.is_file())
    data = bytearray(tile.read_bytes())
    data[0] ^= 1
    tile.write_bytes(data)
    said = cli("--home", workspace, "registry", "fsck")
    assert said.code == 1
    assert "finding" in said.out


def test_a_workspace_that_another_process_holds(cli, workspace, development: Chain):
    descriptor = os.open(workspace / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        said = cli("--home", workspace, "revoke", development.certificate.serial, "--reason", "x")
    finally:
        os.close(descriptor)
    assert (said.code, said.error) == (5, "CERT-E071")
    assert cli("--home", workspace, "verify", development.certificate.serial).code == 0


def test_a_full_disk_leaves_nothing_half_written(cli, home, monkeypatch):
    import errno

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("CERTIFY_PASSPHRASE", "correct horse battery staple")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        said = cli("keys", "make", "key.pem")
    assert said.code in (4, 5)
    assert list(home.iterdir()) == []


def test_a_development_workspace_appears_whole_or_not_at_all(home, monkeypatch):
    from certify.pipeline import workspace as room_of_workspaces

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(room_of_workspaces.TrustFile, "parse", cut_off)
        with pytest.raises(KeyboardInterrupt):
            room_of_workspaces.Workspace.open_or_create(home / ".certify")
    assert list(home.iterdir()) == []
    assert room_of_workspaces.Workspace.open_or_create(home / ".certify").development


def test_a_folder_with_other_things_in_it_is_left_alone(cli, home, chain: Chain):
    (home / "mine").mkdir()
    (home / "mine" / "letter.txt").write_text("keep me")
    said = cli("--home", "mine", "run", chain.request.model, "--policy", "starter")
    assert (said.code, said.error) == (2, "CERT-E012")
    assert [path.name for path in (home / "mine").iterdir()] == ["letter.txt"]
    assert [path.name for path in home.iterdir()] == ["mine"]
