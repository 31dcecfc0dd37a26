from pathlib import Path

import pytest

from certify.pipeline.workspace import Workspace
from tests.fakes.chain import stamped
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
