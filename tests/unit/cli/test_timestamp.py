from pathlib import Path

import pytest

from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle, parse_bundle
from certify.trust.keys import generate_signer, save_key
from certify.trust.timestamps import verify_timestamp
from tests.fakes.chain import stamped, write_model
from tests.fakes.tsa import PARTY, authority, serving, stamping, standing_authority


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "tsa-root.pem"
    path.write_text(standing_authority().root.pem)
    return path


def test_verify_shows_the_order(cli, home):
    chain = stamped()
    (home / "certificate.pdf").write_bytes(chain.pdf)
    (home / "trust-file.json").write_bytes(chain.trust.to_bytes())
    said = cli("verify", "certificate.pdf", "--trust", "trust-file.json", "--json")
    line = next(one for one in said.document["checks"] if one["id"] == "timestamps")
    assert (said.code, line["result"]) == (0, "pass")
    said = cli("verify", "certificate.pdf", "--trust", "trust-file.json")
    assert f"stamped by {PARTY}" in said.out
    assert max(len(one) for one in said.out.splitlines() if not one.startswith("next: ")) <= 80


def test_an_authority_is_chosen_and_dropped(cli, workspace, root):
    with serving(stamping(standing_authority())) as url:
        said = cli("--home", workspace, "trust", "timestamp", url, "--root", root, "--name", PARTY, "--require")
        assert said.code == 0, said.err
        assert "insist on timestamps" in said.out
        assert "next: certify trust export FILE" in said.out
        said = cli("--home", workspace, "trust", "timestamp", url, "--root", root, "--name", PARTY, "--json")
        assert (said.document["schema"], said.document["timestampUrl"]) == ("certify/trust/v1", url)
        assert said.document["authority"] == "Test TSA"
        opened = Workspace.open(workspace)
        assert (opened.configuration.timestamp_url, opened.trust.timestamps_required) == (url, True)
    said = cli("--home", workspace, "trust", "show")
    assert PARTY in said.out
    said = cli("--home", workspace, "trust", "timestamp", "--off")
    assert said.code == 0
    assert Workspace.open(workspace).timestamper is None
    assert cli("--home", workspace, "trust", "timestamp", "--off", "--json").document["timestampUrl"] is None


def test_a_withdrawal_is_stamped_too_and_waits_for_the_authority(cli, workspace, root, development):
    serial = development.certificate.serial
    with serving(stamping(standing_authority())) as url:
        cli("--home", workspace, "trust", "timestamp", url, "--root", root, "--name", PARTY)
    said = cli("--home", workspace, "revoke", serial, "--reason", "a mistake")
    assert (said.code, said.error) == (5, "CERT-E132")
    cli("--home", workspace, "trust", "timestamp", "--off")
    assert cli("--home", workspace, "revoke", serial, "--reason", "a mistake").code == 0


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_address_root_and_name_belong_together(cli, workspace, root, missing):
    parts = [["http://127.0.0.1:9/"], ["--root", root], ["--name", PARTY]]
    del parts[missing]
    said = cli("--home", workspace, "trust", "timestamp", *[word for part in parts for word in part])
    assert (said.code, said.error) == (2, "CERT-E011")


def test_what_cannot_be_used_changes_nothing(cli, workspace, root, tmp_path):
    before = (workspace / "trust.json").read_bytes()
    call = ("--home", workspace, "trust", "timestamp")
    other = tmp_path / "other.pem"
    other.write_text(authority().root.pem)
    garbage = tmp_path / "garbage.pem"
    garbage.write_bytes(b"\xff\x00")
    with serving(stamping(standing_authority())) as url:
        said = cli(*call, url, "--root", other, "--name", PARTY)
        assert (said.code, said.error) == (5, "CERT-E132")
        said = cli(*call, url, "--root", garbage, "--name", PARTY)
        assert (said.code, said.error) == (2, "CERT-E011")
        said = cli(*call, url, "--root", root, "--name", "x" * 400)
        assert said.code in (1, 2)
        said = cli(*call, url, "--root", tmp_path / "absent.pem", "--name", PARTY)
        assert (said.code, said.error) == (2, "CERT-E012")
    said = cli(*call, "file:///etc/passwd", "--root", root, "--name", PARTY)
    assert (said.code, said.error) == (2, "CERT-E011")
    assert (workspace / "trust.json").read_bytes() == before


WRITTEN = ("dataset.json", "links/*.statement.json", "shown.json", "declared.json", "record.json")
"""What the verbs of ``sign_everything`` write, by their patterns."""


def sign_everything(cli, folder: Path, before: tuple, after: tuple, model: Path) -> list[Bundle]:
    """Signs with every verb of a data steward, more options before and after each; the bundles."""
    folder.mkdir()
    (folder / "about.yaml").write_text("licence: CC-BY-4.0\n")
    (folder / "owner.yaml").write_text("owner: Kontor\nintendedUse: arithmetic\n")
    Path("data.txt").write_text("a line\n")
    data = folder / "dataset.json"
    for words in (
        (
            "data",
            "describe",
            "data.txt",
            "--description",
            folder / "about.yaml",
            "--restrict",
            "/licence",
            "--out",
            data,
        ),
        ("data", "step", "collect", "--product", "data.txt", "--out", folder / "links"),
        ("data", "disclose", data, "--openings", f"{data}.openings.json", "--to", "A", "--out", folder / "shown.json"),
        ("model", "describe", model, "--from", folder / "owner.yaml", "--out", folder / "declared.json"),
        ("model", "prepare", model, folder / "clean", "--statement", folder / "record.json", "--sign"),
    ):
        said = cli(*before, *words, *after)
        assert said.code == 0, said.err
    return [parse_bundle(path.read_bytes()) for pattern in WRITTEN for path in folder.glob(pattern)]


def test_whatever_the_workspaces_keys_sign_is_stamped(cli, workspace, root, tmp_path, monkeypatch):
    model, bare = write_model(tmp_path / "model"), ("--key", tmp_path / "key.pem")
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "correct horse battery staple")
    save_key(tmp_path / "key.pem", generate_signer(), "correct horse battery staple")
    with serving(stamping(standing_authority())) as url:
        cli("--home", workspace, "trust", "timestamp", url, "--root", root, "--name", PARTY)
        own = sign_everything(cli, tmp_path / "own", ("--home", workspace), (), model)
        named = sign_everything(cli, tmp_path / "named", ("--home", workspace), bare, model)
        unstamped = sign_everything(cli, tmp_path / "bare", (), bare, model)
    assert len(own) == len(named) == len(unstamped) == len(WRITTEN)
    for one in (*own, *named):
        assert verify_timestamp(one.timestamp, one.signature, [standing_authority().trusted]).party == PARTY
    assert [one.timestamp for one in unstamped] == [None] * len(WRITTEN)
    said = cli("--home", workspace, "data", "describe", "data.txt", "--out", "late.json")
    assert (said.code, said.error) == (5, "CERT-E132")
    assert not Path("late.json").exists()
    said = cli("--home", tmp_path / "nowhere", "data", "describe", "data.txt", "--out", "late.json", *bare)
    assert (said.code, said.error) == (2, "CERT-E012")
