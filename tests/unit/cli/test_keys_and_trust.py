"""Keys, signed trust files and the production workspace from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify.pipeline.clock import later, now
from certify.pipeline.workspace import Workspace
from certify.trust.signed_trust import load_trust_document
from tests.fakes import softhsm, tsa
from tests.fakes.chain import Chain

PASSPHRASE = "correct horse battery staple"
ROLES = ("data-steward", "evaluator", "issuer", "revoker")
in_a_token = pytest.mark.skipif(softhsm.absence() != "", reason=softhsm.absence() or "there is one")


@pytest.fixture(autouse=True)
def passphrase(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "secret").write_text(PASSPHRASE)
    monkeypatch.delenv("CERTIFY_PIN_FILE", raising=False)
    monkeypatch.setenv("CERTIFY_PASSPHRASE_FILE", str(home / "secret"))


@pytest.fixture
def bank(cli, home: Path) -> Path:
    """A workspace with a draft of its trust file beside it, and every key in the current folder."""
    made = cli(
        "--home", "bank", "registry", "create", "--origin", "log.bank.example/c", "--applicant", "Bank", "--json"
    )
    assert made.code == 0, made.err
    grants = []
    for name in ("root-a", "root-b", *ROLES):
        assert cli("keys", "make", f"{name}.pem").code == 0
        grants += ["--key", f"{name.partition('-')[0] if 'root' in name else name}=Party {name}={name}.pub"]
    drawn = cli(
        "trust", "make", "one.json", "--name", "Bank", "--log", made.document["vkey"], "--threshold", "root=2",
        "--expires", later(now(), days=400), *grants,
    )  # fmt: skip
    assert drawn.code == 0, drawn.err
    return home / "bank"


def sign(cli, file: str, out: str, *keys: str, against: str = "") -> None:
    for key in keys:
        said = cli(
            "trust", "sign", file, "--key", key, "--out", out, "--yes", *(["--against", against] if against else [])
        )
        assert said.code == 0, said.err
        file = out


@pytest.fixture
def installed(cli, bank: Path) -> Path:
    sign(cli, "one.json", "one.jsonl", "root-a.pem", "root-b.pem")
    assert cli("--home", bank, "trust", "install", "one.jsonl", "--yes").code == 0
    return bank


def test_a_key_is_shown_and_nothing_private_with_it(cli, home, monkeypatch):
    cli("keys", "make", "k.pem", "--scheme", "ed25519")
    by_public = cli("keys", "show", "k.pub", "--json").document
    monkeypatch.setenv("SOME_KEY", (home / "k.pem").read_text())
    for named in ("k.pem", "file:k.pem", "env:SOME_KEY"):
        shown = cli("keys", "show", named, "--json")
        assert shown.document["keyid"] == by_public["keyid"]
        assert "PRIVATE" not in shown.out + shown.err
    assert by_public["scheme"] == "ed25519"
    assert cli("keys", "export", "k.pem", "--out", "again.pub").code == 0
    assert (home / "again.pub").read_text() == (home / "k.pub").read_text()
    assert cli("keys", "export", "k.pem", "--out", "again.pub").error == "CERT-E011"


def test_a_wrong_passphrase_is_status_four(cli, home):
    cli("keys", "make", "k.pem")
    (home / "secret").write_text("another long passphrase")
    said = cli("keys", "show", "k.pem")
    assert (said.code, said.error) == (4, "CERT-E040")
    assert "another long" not in said.err


def test_a_service_without_its_client_names_the_extra(cli):
    cli("keys", "make", "k.pem")
    said = cli("keys", "show", "hv:key/1", "--public", "k.pub")
    assert (said.code, said.error) == (2, "CERT-E010")
    assert "certify-models[kms]" in said.err


@in_a_token
def test_a_token_is_exported_and_named_for_a_role(cli, bank, home, monkeypatch):
    token = softhsm.token()
    token.make_key(11)
    assert cli("keys", "export", token.uri(11), "--out", "token.pub").code == 0
    vkey = cli("--home", bank, "registry", "show", "--json").document["vkey"]
    cli("trust", "make", "t.json", "--name", "Bank", "--log", vkey, "--expires", later(now(), days=9),
        "--key", "root=A=root-a.pub", "--key", "issuer=Office=token.pub")  # fmt: skip
    sign(cli, "t.json", "t.jsonl", "root-a.pem")
    assert cli("--home", bank, "trust", "install", "t.jsonl", "--yes").code == 0
    wrong = cli("--home", bank, "keys", "use", "issuer", token.uri(11))
    assert (wrong.code, wrong.error) == (4, "CERT-E040")  # the passphrase of the files is not the token's PIN
    (home / "pin").write_text(softhsm.PIN)
    monkeypatch.setenv("CERTIFY_PIN_FILE", str(home / "pin"))
    named = cli("--home", bank, "keys", "use", "issuer", token.uri(11))
    assert named.code == 0, named.err
    listed = cli("--home", bank, "keys", "list", "--json").document["keys"]
    assert [row["signer"] for row in listed if row["roles"] == ["issuer"]] == [token.uri(11)]
    assert softhsm.PIN not in (bank / "signers.json").read_text()


def test_a_draft_is_not_trusted_before_it_is_signed(cli, bank, handed):
    for draft in ("one.json",):
        said = cli("verify", "certificate.pdf", "--trust", draft)
        assert (said.code, said.error) == (4, "CERT-E128")
        assert cli("trust", "use", draft, "--yes").error == "CERT-E128"
    assert "a draft" in cli("trust", "show", "one.json").out
    sign(cli, "one.json", "half.jsonl", "root-a.pem")
    assert cli("--home", bank, "trust", "install", "half.jsonl", "--yes").error == "CERT-E128"
    assert cli("trust", "sign", "half.jsonl", "--key", "issuer.pem", "--out", "x", "--yes").error == "CERT-E129"
    assert cli("trust", "sign", "half.jsonl", "--key", "root-a.pem", "--out", "x", "--yes").error == "CERT-E129"
    assert not Path("x").exists()


def test_signing_asks_and_shows_what_changes(cli, installed):
    assert cli("trust", "make", "two.json", "--from", "one.jsonl", "--expires", later(now(), days=500)).code == 0
    said = cli("trust", "sign", "two.json", "--key", "root-a.pem", "--out", "two.jsonl", "--against", "one.jsonl")
    assert said.code == 2
    assert "expiry" in said.out
    assert not Path("two.jsonl").exists()


def test_readers_take_successors_by_signature_only(cli, installed):
    assert cli("trust", "update", "one.jsonl").error == "CERT-E127"
    assert cli("trust", "use", "one.jsonl", "--yes").code == 0
    cli("trust", "make", "two.json", "--from", "one.jsonl", "--expires", later(now(), days=500))
    assert cli("trust", "update", "two.json").error == "CERT-E127"
    sign(cli, "two.json", "two.jsonl", "root-a.pem", against="one.jsonl")
    assert cli("trust", "update", "two.jsonl").code == 4
    sign(cli, "two.jsonl", "two.jsonl", "root-b.pem", against="one.jsonl")
    assert cli("trust", "update", "two.jsonl").code == 0
    back = cli("trust", "update", "one.jsonl")
    assert (back.code, back.error) == (4, "CERT-E127")
    assert cli("trust", "update", "two.jsonl", "--json").document["version"] == 2


def test_a_signed_file_is_not_replaced_by_hand(cli, installed, chain: Chain, home):
    assert cli("trust", "use", "one.jsonl", "--yes").code == 0
    (home / "plain.json").write_bytes(chain.trust.to_bytes())
    said = cli("trust", "use", "plain.json", "--yes")
    assert (said.code, said.error) == (4, "CERT-E127")
    assert cli("trust", "use", "plain.json", "--replace", "--yes").error == "CERT-E127"
    told = chain.trust.fingerprint[:24]
    assert cli("trust", "use", "plain.json", "--replace", "--fingerprint", told).code == 0


def test_blanks_are_no_fingerprint(cli, installed, chain: Chain, home):
    assert cli("trust", "use", "one.jsonl", "--yes").code == 0
    other = home / "other.json"
    other.write_bytes(chain.trust.to_bytes())
    said = cli("trust", "use", other, "--replace", "--fingerprint", " ", "--yes")
    assert said.error == "CERT-E127"


def test_an_exported_file_keeps_its_signatures(cli, installed, home):
    assert cli("--home", installed, "trust", "export", "out.jsonl").code == 0
    assert (home / "out.jsonl").read_bytes() == (home / "one.jsonl").read_bytes()


def test_rotation_and_revocation_end_in_one_draft(cli, installed):
    cli("keys", "make", "evaluator-2.pem")
    turned = cli("--home", installed, "keys", "rotate", "evaluator", "--new", "evaluator-2.pub", "--json").document
    stolen = cli("keys", "show", "revoker.pub", "--json").document["keyid"]
    said = cli("--home", installed, "keys", "revoke", stolen[:10], "--reason", "left in a taxi", "--json")
    assert (said.document["version"], turned["version"]) == (2, 2)
    assert any("left in a taxi" in change for change in said.document["changes"])
    sign(cli, turned["file"], "two.jsonl", "root-a.pem", "root-b.pem", against="one.jsonl")
    assert cli("--home", installed, "trust", "install", "two.jsonl").code == 0
    assert not Path(turned["file"]).exists()
    assert load_trust_document(installed / "trust.json").trust.version == 2
    assert "REVOKED" in cli("--home", installed, "trust", "show").out


def test_a_key_that_does_not_fill_the_role_is_not_named(cli, installed):
    said = cli("--home", installed, "keys", "use", "issuer", "evaluator.pem")
    assert (said.code, said.error) == (2, "CERT-E129")
    assert cli("--home", installed, "keys", "use", "isuer", "evaluator.pem").error == "CERT-E011"
    assert not (installed / "signers.json").exists()


def test_an_approver_is_a_role_like_the_others(cli, bank, workspace):
    """Before there is a trust file, under one without approvers, under one with them; and after a rotation."""
    for name in ("approver", "other"):
        assert cli("keys", "make", f"{name}.pem").code == 0
    assert cli("--home", bank, "keys", "use", "approver", "approver.pem").code == 0
    (bank / "signers.json").unlink()
    sign(cli, "one.json", "one.jsonl", "root-a.pem", "root-b.pem")
    assert cli("--home", bank, "trust", "install", "one.jsonl", "--yes").code == 0
    for home, key in ((bank, "approver.pem"), (workspace, workspace / "keys" / "issuer.pem")):
        said = cli("--home", home, "keys", "use", "approver", key)
        assert (said.code, said.error) == (2, "CERT-E129")
    made = cli("trust", "make", "two.json", "--from", "one.jsonl", "--key", "approver=Committee=approver.pub")
    assert made.code == 0, made.err
    sign(cli, "two.json", "two.jsonl", "root-a.pem", "root-b.pem")
    said = cli("--home", bank, "trust", "install", "two.jsonl", "--yes")
    assert "enrolled  approver" in said.out
    assert cli("--home", bank, "keys", "use", "approver", "approver.pem").code == 0
    listed = {row["party"]: row for row in cli("--home", bank, "keys", "list", "--json").document["keys"]}
    assert listed["Committee"]["roles"] == ["approver"]
    assert str(listed["Committee"]["signer"]).endswith("approver.pem")
    assert "approver" in cli("--home", bank, "trust", "show").out
    said = cli("--home", bank, "keys", "rotate", "approver", "--new", "other.pub")
    assert said.code == 0, said.err
    assert "approver: now also key" in said.out
    assert cli("--home", bank, "keys", "use", "root", "root-a.pem").error == "CERT-E011"


def test_a_role_whose_key_is_elsewhere_is_incomplete(cli, installed, home):
    (home / "product.txt").write_text("x")
    said = cli("--home", installed, "data", "step", "collect", "--product", "product.txt")
    assert (said.code, said.error) == (3, "CERT-E125")
    assert "Party data-steward" in said.err
    assert cli("--home", installed, "keys", "use", "data-steward", "data-steward.pem").code == 0
    assert cli("--home", installed, "data", "step", "collect", "--product", "product.txt").code == 0
    assert cli("data", "step", "other", "--product", "product.txt", "--key", "file:evaluator.pem").code == 0


def test_a_key_may_be_given_a_term(cli, installed):
    evaluator = cli("keys", "show", "evaluator.pub", "--json").document["keyid"]
    make = ("trust", "make", "two.json", "--from", "one.jsonl", "--term")
    assert cli(*make, f"{evaluator[:12]}=..300").code == 0
    assert load_trust_document(Path("two.json")).trust.keys[evaluator].ends == 300
    for bad in (f"{evaluator}=..", f"{evaluator}=9", "ffffffff=1..2", f"{evaluator[:4]}=1.."):
        assert (cli(*make, bad).code, cli(*make, bad).error) == (2, "CERT-E011")
    assert cli(*make, f"{evaluator}=9..9").error == "CERT-E011"


@pytest.mark.parametrize("bad", ["root", "root=0", "root=x", "=2"])
def test_a_threshold_that_is_none(cli, home, bad):
    said = cli("trust", "make", "x.json", "--threshold", bad)
    assert (said.code, said.error) == (2, "CERT-E011")


def test_an_expired_trust_file_gives_status_four_and_no_verdict(cli, handed, chain: Chain):
    for arguments in (("certificate.pdf",), ("certificate.json",)):
        said = cli("verify", *arguments, "--trust", "trust-file.json", "--at", chain.trust.expires)
        assert (said.code, said.error) == (4, "CERT-E042")
        assert "VALID" not in said.out
    printed = cli("verify", "certificate.pdf", "--trust", "trust-file.json", "--at", chain.trust.expires, "--json")
    assert json.loads(printed.out)["schema"] == "certify/error/v1"


@pytest.fixture
def authority_root(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The file of a timestamp authority's root certificate."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    (home / "tsa.pem").write_text(tsa.standing_authority().root.pem)
    return "tsa.pem"


def test_a_signed_file_names_its_timestamp_authorities_in_its_next_version(cli, installed, authority_root):
    before = (installed / "trust.json").read_bytes()
    with tsa.serving(tsa.stamping(tsa.standing_authority())) as url:
        choose = ("--home", installed, "trust", "timestamp", url, "--root", authority_root, "--name", tsa.PARTY)
        said = cli(*choose)
        assert (said.code, said.error) == (2, "CERT-E129")
        assert "certify trust make NEXT.json --from" in said.err
        assert "--timestamp-root NAME=FILE.pem" in " ".join(said.err.split())
        assert (installed / "trust.json").read_bytes() == before
        assert Workspace.open(installed).configuration.timestamp_url is None
        made = cli(
            "trust", "make", "two.json", "--from", "one.jsonl", "--timestamp-root", f"{tsa.PARTY}={authority_root}"
        )
        assert made.code == 0, made.err
        assert f"timestamp authority added: {tsa.PARTY}" in made.out
        sign(cli, "two.json", "two.jsonl", "root-a.pem", "root-b.pem")
        assert cli("--home", installed, "trust", "install", "two.jsonl", "--yes").code == 0
        signed = (installed / "trust.json").read_bytes()
        said = cli(*choose, "--require")
        assert (said.code, said.error) == (2, "CERT-E129")
        said = cli(*choose)
        assert said.code == 0, said.err
        assert "trust export" not in said.out
        assert (installed / "trust.json").read_bytes() == signed
        workspace = Workspace.open(installed)
        assert workspace.configuration.timestamp_url == url
        assert workspace.timestamper is not None
    assert cli("--home", installed, "trust", "timestamp", "--off").code == 0
    assert (installed / "trust.json").read_bytes() == signed
    assert Workspace.open(installed).timestamper is None


def test_timestamps_can_be_required_and_no_longer(cli, installed, authority_root):
    root = ("--timestamp-root", f"{tsa.PARTY}={authority_root}")
    assert cli("trust", "make", "two.json", "--from", "one.jsonl", "--require-timestamps").error == "CERT-E011"
    said = cli("trust", "make", "two.json", "--from", "one.jsonl", *root, "--require-timestamps")
    assert "timestamps are required" in said.out
    sign(cli, "two.json", "two.jsonl", "root-a.pem", "root-b.pem")
    assert cli("--home", installed, "trust", "install", "two.jsonl", "--yes").code == 0
    said = cli("--home", installed, "trust", "timestamp", "--off")
    assert (said.code, said.error) == (2, "CERT-E129")
    assert "--optional-timestamps" in said.err
    said = cli("trust", "make", "three.json", "--from", "two.jsonl", *root, "--optional-timestamps")
    assert "timestamps are no longer required" in said.out
    assert "authority" not in said.out
    both = ("--require-timestamps", "--optional-timestamps")
    assert cli("trust", "make", "four.json", "--from", "two.jsonl", *root, *both).error == "CERT-E011"
    trust = load_trust_document(Path("three.json")).trust
    assert (len(trust.timestamp_roots or ()), trust.timestamps_required) == (1, False)


@pytest.mark.parametrize(
    ("text", "code"), [("tsa.pem", "CERT-E011"), ("TSA=root-a.pub", "CERT-E011"), ("TSA=absent.pem", "CERT-E012")]
)
def test_a_timestamp_root_that_cannot_be_used(cli, installed, authority_root, text, code):
    assert cli("trust", "make", "two.json", "--from", "one.jsonl", "--timestamp-root", text).error == code
    assert not Path("two.json").exists()
