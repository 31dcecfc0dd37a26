"""A registry is copied, lost, brought back, handed over and continued from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def bank(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CERTIFY_PASSPHRASE", PASSPHRASE)
    said = cli("--home", home / "bank", "registry", "create", "--origin", "log.bank.example/certify",
               "--applicant", "Bank")  # fmt: skip
    assert said.code == 0, said.err
    return home / "bank"


def test_a_registry_is_lost_and_brought_back(cli, bank: Path, home: Path) -> None:
    said = cli("--home", bank, "registry", "backup", home / "copy", "--json")
    assert (said.code, said.document["final"], said.document["size"]) == (0, False, 0)
    assert cli("--home", bank, "registry", "backup", home / "copy").error == "CERT-E604"
    before = cli("--home", bank, "registry", "show", "--json").document
    assert cli("--home", bank, "registry", "restore", home / "copy").error == "CERT-E079"
    for path in (bank / "registry").glob("registry.db*"):
        path.unlink()
    assert cli("--home", bank, "registry", "show").code == 5
    said = cli("--home", bank, "registry", "restore", home / "copy")
    assert (said.code, "log.bank.example/certify is back in" in said.out) == (0, True)
    assert cli("--home", bank, "registry", "show", "--json").document == before


def test_without_lock_and_checkpoint_a_person_has_to_say_so(cli, bank: Path, home: Path) -> None:
    cli("--home", bank, "registry", "backup", home / "copy")
    shutil.rmtree(bank / "registry")
    said = cli("--home", bank, "registry", "restore", home / "copy")
    assert (said.code, said.error) == (5, "CERT-E606")
    assert cli("--home", bank, "registry", "restore", home / "copy", "--lock-lost").code == 0


def test_a_registry_moves(cli, bank: Path, home: Path) -> None:
    before = cli("--home", bank, "registry", "show", "--json").document
    cli("--home", bank, "registry", "export", home / "copy")
    assert cli("--home", bank, "registry", "import", home / "copy", "--to", home / "there").error == "CERT-E604"
    said = cli("--home", bank, "registry", "export", home / "final", "--final")
    assert (said.code, "certify registry import" in said.out + said.err) == (0, True)
    said = cli("--home", bank, "registry", "import", home / "final", "--to", home / "there")
    assert (said.code, "goes on in" in said.out) == (0, True), said.err
    shutil.rmtree(bank / "registry")
    assert cli("--home", bank, "registry", "show", "--json").document == before
    assert cli("--home", bank, "registry", "fsck").code == 0


def test_an_address_with_a_password_is_not_kept(home: Path) -> None:
    from certify.errors import UsageError
    from certify.pipeline.placing import Place, move_to

    with pytest.raises(UsageError) as caught:
        move_to(home, Place(address="postgresql://bank:secret@host/db", objects="s3://b"))
    assert caught.value.code == "CERT-E011"
    move_to(home, Place(address="postgresql://bank@host:5432/db", objects="s3://b"))


def test_postgresql_without_objects_is_a_mistake_in_the_command(cli, bank: Path, home: Path) -> None:
    said = cli("--home", bank, "registry", "import", home / "copy", "--to", "postgresql://host/db")
    assert (said.code, said.error) == (2, "CERT-E079")


def test_hammer_tells_what_it_saw(cli) -> None:
    said = cli("registry", "hammer", "--seconds", "0.3", "--clients", "4", "--readers", "1", "--json")
    assert said.code == 0, said.out
    assert said.document["faults"] == []
    assert said.document["acknowledged"] > 0
