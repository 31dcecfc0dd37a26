"""X.509 authorities and archived copies on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certify.pipeline.founding import create_development
from certify.pipeline.workspace import Workspace
from tests.fakes.tsa import serving, stamping, standing_authority
from tests.fakes.x509_chain import chain_for, empty_list


@pytest.fixture
def bare(home: Path) -> Path:
    """A development workspace without a run."""
    create_development(home / "bank", "Kontor Analytics GmbH")
    return home / "bank"


def pem_of(chain: tuple[bytes, ...]) -> bytes:
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in chain)


def test_an_authority_is_made_renewed_and_revokes(cli, bare):
    first = cli("--home", bare, "keys", "authority", "--name", "Kontor Analytics GmbH", "--json")
    assert (first.code, first.document["madeRoot"], len(first.document["certificates"])) == (0, True, 2)
    before = (bare / "x509" / "chain.pem").read_bytes()
    again = cli("--home", bare, "keys", "authority", "--revoke")
    assert again.code == 0
    assert "until" in again.out
    assert (bare / "x509" / "chain.pem").read_bytes() != before
    found = x509.load_der_x509_crl((bare / "x509" / "revoked.crl").read_bytes())
    former = x509.load_pem_x509_certificates(before)[0]
    assert found.get_revoked_certificate_by_serial_number(former.serial_number) is not None
    assert (bare / "x509" / "root-key.pem").stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in (bare / "x509" / "root-key.pem").read_bytes()


def test_nothing_is_revoked_that_was_not_issued(cli, bare):
    said = cli("--home", bare, "keys", "authority", "--revoke")
    assert (said.code, said.error) == (4, "CERT-E594")
    assert not (bare / "x509").exists()


def test_a_chain_of_ones_own_is_taken_if_it_is_for_the_key(cli, bare, home):
    issuer = Workspace.open(bare).signer("issuer")
    start = x509.load_pem_x509_certificates(_authority_chain(cli, bare))[0].not_valid_before_utc
    (home / "own.pem").write_bytes(pem_of(chain_for(issuer.public_pem, start)))
    (home / "other.pem").write_bytes(pem_of(chain_for(Workspace.open(bare).signer("revoker").public_pem, start)))
    (home / "short.pem").write_bytes(pem_of(chain_for(issuer.public_pem, start)[:1]))
    for name in ("other.pem", "short.pem"):
        said = cli("--home", bare, "keys", "chain", name)
        assert (said.code, said.error) == (4, "CERT-E594"), said.err
    said = cli("--home", bare, "keys", "chain", "own.pem", "--json")
    assert said.document["certificates"] == ["Issuing desk", "Bank Issuing CA", "Bank Root CA"]
    assert cli("--home", bare, "keys", "chain", "--off").code == 0
    assert not (bare / "x509" / "chain.pem").exists()
    assert cli("--home", bare, "keys", "chain").code == 2


def _authority_chain(cli, bare: Path) -> bytes:
    assert cli("--home", bare, "keys", "authority").code == 0
    return (bare / "x509" / "chain.pem").read_bytes()


def test_a_certificate_is_archived_and_verified(cli, workspace, home):
    serial = next((workspace / "certificates").glob("CM-????-????-????.pdf")).stem
    alone = cli("--home", workspace, "archive", serial)
    assert (alone.code, alone.error) == (2, "CERT-E592")
    tsa = standing_authority()
    (home / "tsa.pem").write_text(tsa.root.pem)
    with serving(stamping(tsa)) as url:
        cli("--home", workspace, "trust", "timestamp", url, "--root", "tsa.pem", "--name", "Zeitstelle Nord")
        made = cli("--home", workspace, "archive", serial, "--json")
        assert made.document["file"] == f"{serial}.archive.pdf"
        lists = empty_list("Test Root", tsa.root.key, tsa.root.certificate.not_valid_before_utc)
        (home / "stale.crl").write_bytes(lists)
        stale = cli("--home", workspace, "archive", f"{serial}.archive.pdf", "--with", "stale.crl", "--output", "b.pdf")
        assert (stale.code, stale.error) == (3, "CERT-E592")
        assert "Test Root" in stale.err
        (home / "words.txt").write_text("no list")
        words = cli("--home", workspace, "archive", serial, "--with", "words.txt", "--output", "c.pdf")
        assert (words.code, words.error) == (2, "CERT-E592")
    said = cli("--home", workspace, "verify", f"{serial}.archive.pdf", "--json")
    line = next(one for one in said.document["checks"] if one["id"] == "archive")
    assert (said.document["verdict"], line["result"]) == ("valid", "pass")
    assert "Zeitstelle Nord" in line["detail"]
    assert next(one for one in said.document["checks"] if one["id"] == "whole-file")["result"] == "pass"
    shown = cli("--home", workspace, "archive", serial)
    assert (shown.code, shown.error) == (2, "CERT-E592")
    assert json.loads(cli("verify", f"{serial}.archive.pdf", "--json").out)["verdict"] == "incomplete"
