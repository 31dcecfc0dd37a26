"""A production workspace: its trust file, its keys, and what changes with them in the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sqlmodel")

from certify.errors import CertifyError, EvidenceMissing
from certify.pipeline.clock import later, now
from certify.pipeline.files import RunFolder
from certify.pipeline.founding import create_production
from certify.pipeline.installing import install_trust
from certify.pipeline.planning import signed_once
from certify.pipeline.role_signers import name_signer, open_named, read_signers
from certify.pipeline.rotating import Proposal, revoke_key, rotate_key
from certify.pipeline.trusting import KeyGrant, add_seed_witness, make_trust_file, next_trust_file
from certify.pipeline.workspace import ROLES, Workspace
from certify.trust.bundle import parse_bundle
from certify.trust.keys import KeySigner, generate_signer, save_key
from certify.trust.signed_trust import TrustDocument, add_signature, load_trust_document
from certify.trust.trustfile import TrustFile
from tests.fakes.logged_statements import note

PASSPHRASE = "correct horse battery"
ORIGIN = "log.bank.example/certify"


class Bank:
    """A bank's workspace before and after its ceremony; root keys and role keys are in the test's hands."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.vkey = create_production(home, origin=ORIGIN, applicant="Bank", passphrase=PASSPHRASE)
        self.roots = [generate_signer() for _ in range(3)]
        self.keys = {role: generate_signer() for role in ROLES}

    def open(self) -> Workspace:
        return Workspace.open(self.home, ask=lambda _: PASSPHRASE)

    def draft(self, vkey: str | None = None) -> TrustFile:
        grants = [KeyGrant(role, f"Party of {role}", key.public_pem) for role, key in self.keys.items()]
        grants += [KeyGrant("root", f"Root {number}", key.public_pem) for number, key in enumerate(self.roots)]
        expires = later(now(), days=366)
        return make_trust_file(
            "Bank", version=1, expires=expires, log_vkey=vkey or self.vkey, grants=grants, thresholds={"root": 2}
        )

    def signed(self, trust: TrustFile, *by: KeySigner) -> TrustDocument:
        document = TrustDocument(trust)
        for key in by or self.roots[:2]:
            document = add_signature(document, key)
        return document

    def install(self, trust: TrustFile) -> TrustFile:
        return install_trust(self.open(), [self.signed(trust)])[0]

    def log(self, number: int, role: str = "data-steward") -> int:
        workspace = self.open()
        with workspace.writing():
            return workspace.log(parse_bundle(note(number, self.keys[role]))).index


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(tmp_path / "bank")


@pytest.fixture
def running(bank: Bank) -> Bank:
    bank.install(bank.draft())
    return bank


def code_of(action) -> str:
    with pytest.raises(CertifyError) as caught:
        action()
    assert caught.value.hint or caught.value.why
    return caught.value.code


def enrolled(bank: Bank) -> set[tuple[str, str]]:
    with bank.open().reading() as registry:
        return set(registry.enrolled())


def test_a_workspace_appears_whole_with_a_log_and_no_trust(bank: Bank) -> None:
    workspace = bank.open()
    assert workspace.configuration.environment == "production"
    assert workspace.log_key().public_key() is not None
    with workspace.reading() as registry:
        assert (registry.vkey, registry.size, registry.enrolled()) == (bank.vkey, 0, {})
    assert code_of(lambda: workspace.trust) == "CERT-E042"
    assert b"ENCRYPTED" in (bank.home / "keys" / "log.pem").read_bytes()


@pytest.mark.parametrize(
    ("origin", "applicant", "passphrase", "code"),
    [
        ("no-path", "Bank", PASSPHRASE, "CERT-E011"),
        ("a b/c", "Bank", PASSPHRASE, "CERT-E011"),
        ("development.invalid/x", "Bank", PASSPHRASE, "CERT-E011"),
        (ORIGIN, " ", PASSPHRASE, "CERT-E011"),
        (ORIGIN, "Bank", "short", "CERT-E056"),
    ],
)
def test_what_cannot_be_a_workspace_leaves_nothing(tmp_path: Path, origin, applicant, passphrase, code) -> None:
    home = tmp_path / "h"
    made = lambda: create_production(home, origin=origin, applicant=applicant, passphrase=passphrase)  # noqa: E731
    assert code_of(made) == code
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_is_not_made_twice(bank: Bank) -> None:
    assert (
        code_of(lambda: create_production(bank.home, origin=ORIGIN, applicant="B", passphrase=PASSPHRASE))
        == "CERT-E012"
    )


def test_installing_enrols_the_keys_and_may_be_repeated(bank: Bank) -> None:
    document = bank.signed(bank.draft())
    trust, changes = install_trust(bank.open(), [document])
    assert bank.open().trust == trust
    assert {(change.role, change.enrolled) for change in changes} == {(role, True) for role in ROLES}
    assert enrolled(bank) == {(key.keyid, role) for role, key in bank.keys.items()}
    (bank.home / "trust.json").unlink()  # killed before the last step
    assert install_trust(bank.open(), [document]) == (trust, ())
    assert load_trust_document(bank.home / "trust.json").bundles == document.bundles


def test_what_may_not_be_installed_changes_nothing(bank: Bank, tmp_path: Path) -> None:
    other = Bank(tmp_path / "other")
    unsigned = TrustDocument(bank.draft())
    plain = TrustDocument(TrustFile.parse(unsigned.trust.model_copy(update={}).to_bytes()))
    assert code_of(lambda: install_trust(bank.open(), [unsigned])) == "CERT-E128"
    assert code_of(lambda: install_trust(bank.open(), [bank.signed(plain.trust, bank.roots[0])])) == "CERT-E128"
    assert code_of(lambda: install_trust(bank.open(), [bank.signed(bank.draft(other.vkey))])) == "CERT-E129"
    document = bank.draft().document()
    del document["roles"]["root"]
    rootless = TrustDocument(TrustFile.from_document(document))
    assert code_of(lambda: install_trust(bank.open(), [rootless])) == "CERT-E129"
    assert not (bank.home / "trust.json").exists()
    assert enrolled(bank) == set()


def test_a_role_whose_key_is_elsewhere_names_its_holder(running: Bank) -> None:
    with pytest.raises(EvidenceMissing) as caught:
        running.open().signer("issuer")
    assert caught.value.code == "CERT-E125"
    assert "Party of issuer" in caught.value.what
    assert "certify keys use issuer" in caught.value.hint


def test_a_role_signs_with_the_key_that_was_named(running: Bank, tmp_path: Path, monkeypatch) -> None:
    save_key(tmp_path / "issuer.pem", running.keys["issuer"], PASSPHRASE)
    uri = f"file:{tmp_path}/issuer.pem"
    name_signer(running.home, "issuer", uri, open_named(uri, ask=lambda _: PASSPHRASE))
    assert running.open().signer("issuer").keyid == running.keys["issuer"].keyid
    save_key(tmp_path / "issuer.pem", generate_signer(), PASSPHRASE)
    assert code_of(lambda: running.open().signer("issuer")) == "CERT-E041"
    assert PASSPHRASE.encode() not in (running.home / "signers.json").read_bytes()
    (running.home / "signers.json").write_text("{")
    assert code_of(lambda: read_signers(running.home)) == "CERT-E041"


def install(bank: Bank, proposal: Proposal) -> TrustFile:
    assert load_trust_document(proposal.path).trust == proposal.new
    return bank.install(proposal.new)


def test_a_rotated_key_keeps_what_it_signed_and_signs_no_more(running: Bank) -> None:
    assert running.log(0) == 0
    former, new = running.keys["data-steward"], generate_signer()
    trust = install(running, rotate_key(running.open(), "data-steward", new.public_pem))
    assert trust.version == 2
    assert trust.keys[former.keyid].fault_at(0) == ""
    assert trust.keys[former.keyid].fault_at(1) != ""
    assert trust.keys[new.keyid].valid_from_index == 1
    assert (new.keyid, "data-steward") in enrolled(running)
    assert (former.keyid, "data-steward") not in enrolled(running)
    assert code_of(lambda: running.log(1)) == "CERT-E126"
    running.keys["data-steward"] = new
    assert running.log(2) == 1


def test_entries_logged_meanwhile_do_not_lose_their_signature(running: Bank) -> None:
    running.log(0)
    proposal = rotate_key(running.open(), "data-steward", generate_signer().public_pem)
    running.log(1)
    before = enrolled(running)
    assert code_of(lambda: install(running, proposal)) == "CERT-E129"
    assert (enrolled(running), running.open().trust.version) == (before, 1)


def test_a_revoked_key_is_refused_at_once(running: Bank) -> None:
    running.log(0)
    running.log(1)
    stolen = running.keys["data-steward"].keyid
    proposal = revoke_key(running.open(), stolen[:16], "stolen", since=1)
    assert (stolen, "data-steward") not in enrolled(running)
    assert running.open().trust.version == 1
    assert code_of(lambda: running.log(2)) == "CERT-E074"
    trust = install(running, proposal)
    assert [trust.keys[stolen].fault_at(index) == "" for index in (0, 1, 2)] == [True, False, False]


def test_several_changes_go_into_one_draft(running: Bank) -> None:
    running.log(0)
    stolen = running.keys["revoker"].keyid
    revoke_key(running.open(), stolen, "stolen")
    first = generate_signer()
    rotate_key(running.open(), "revoker", first.public_pem)
    proposal = rotate_key(running.open(), "evaluator", generate_signer().public_pem, party="Second laboratory")
    assert proposal.new.version == 2
    trust = install(running, proposal)
    assert trust.keys[stolen].valid_until_index is None
    assert [keyid for keyid, key in trust.keys_for("revoker").items() if key.ends is None] == [first.keyid]
    assert "Second laboratory" in {key.party for key in trust.keys_for("evaluator").values()}


def test_a_root_key_is_exchanged(running: Bank) -> None:
    gone, new = running.roots[2], generate_signer()
    proposal = rotate_key(running.open(), "root", new.public_pem, old=gone.keyid[:12])
    trust = install(running, proposal)
    assert set(trust.roles["root"].keyids) == {running.roots[0].keyid, running.roots[1].keyid, new.keyid}
    assert gone.keyid not in trust.keys


@pytest.mark.parametrize(
    "change",
    [
        lambda w, b: rotate_key(w, "root", generate_signer().public_pem),
        lambda w, b: rotate_key(w, "nobody", generate_signer().public_pem),
        lambda w, b: rotate_key(w, "issuer", b.keys["evaluator"].public_pem),
        lambda w, b: rotate_key(w, "issuer", generate_signer().public_pem, old="00000000"),
        lambda w, b: revoke_key(w, "0" * 64, "stolen"),
        lambda w, b: revoke_key(w, b.keys["issuer"].keyid[:4], "stolen"),
        lambda w, b: revoke_key(w, b.roots[0].keyid, "stolen"),
    ],
)
def test_a_change_that_cannot_be_meant_leaves_no_draft(running: Bank, change) -> None:
    assert code_of(lambda: change(running.open(), running)) == "CERT-E129"
    assert not (running.home / "proposed-trust.json").exists()


@pytest.mark.parametrize(("reason", "since"), [(" ", None), ("stolen", 99)])
def test_a_revocation_needs_a_reason_and_an_entry(running: Bank, reason, since) -> None:
    keyid = running.keys["issuer"].keyid
    assert code_of(lambda: revoke_key(running.open(), keyid, reason, since=since)) == "CERT-E011"
    assert (keyid, "issuer") in enrolled(running)


def test_a_next_version_by_hand(running: Bank) -> None:
    old = running.open().trust
    more = generate_signer()
    new = next_trust_file(
        old, grants=[KeyGrant("issuer", "Second issuer", more.public_pem)], remove=[running.keys["revoker"].keyid[:8]]
    )
    assert (new.version, "revoker" in new.roles, len(new.keys_for("issuer"))) == (2, False, 2)
    running.install(new)
    assert (more.keyid, "issuer") in enrolled(running)
    assert (running.keys["revoker"].keyid, "revoker") not in enrolled(running)
    assert code_of(lambda: next_trust_file(old, remove=["0" * 8])) == "CERT-E011"
    assert code_of(lambda: next_trust_file(old, thresholds={"approver": 2})) == "CERT-E011"
    assert code_of(lambda: next_trust_file(old, thresholds={"issuer": 2})) == "CERT-E011"
    assert code_of(lambda: next_trust_file(old, expires="2027-11-23")) == "CERT-E011"


def test_a_signed_file_is_not_changed_by_hand(running: Bank) -> None:
    assert code_of(lambda: add_seed_witness(running.open(), "W", generate_signer("ed25519").public_pem)) == "CERT-E129"


def test_a_run_asks_no_key_that_counts_no_more(running: Bank, tmp_path: Path) -> None:
    running.log(0)
    former = running.keys["data-steward"]
    install(running, rotate_key(running.open(), "data-steward", generate_signer().public_pem))
    save_key(running.home / "keys" / "data-steward.pem", former, PASSPHRASE)
    workspace, folder = running.open(), RunFolder(tmp_path / "run")
    with workspace.writing():
        assert code_of(lambda: signed_once(workspace, folder, "dataset", "data-steward", lambda: b"{}")) == "CERT-E126"
    assert not folder.has("dataset.bundle.json")


def test_a_copy_without_signatures_does_not_take_the_place_of_the_file_in_use(running: Bank) -> None:
    own = running.open().trust
    assert install_trust(running.open(), [TrustDocument(own)])[0] == own
    assert running.open().trust == own


def test_an_authority_is_not_written_into_a_signed_file(running: Bank) -> None:
    from certify.pipeline.timestamp_setup import _written

    workspace = running.open()
    before = (workspace.home / "trust.json").read_bytes()
    assert _written(workspace, {"statusMaxAgeDays": 3}) == workspace.trust
    assert (workspace.home / "trust.json").read_bytes() == before
