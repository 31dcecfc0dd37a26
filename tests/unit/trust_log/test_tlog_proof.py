"""Log proofs: what they establish, and that nothing in them can be changed."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import HostileInput, TrustError
from certify.evidence.merkle import inclusion_path, leaf_hash, tree_root
from certify.trust.note import Checkpoint, NoteSigner, sign_checkpoint
from certify.trust.tlog_proof import format_tlog_proof, parse_tlog_proof, verify_tlog_proof

SIGNER = NoteSigner("log.example/one", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
VKEY = SIGNER.verifier.vkey
ENTRIES = [f"entry {number}".encode() for number in range(11)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]
NOTE = sign_checkpoint(Checkpoint(SIGNER.name, len(HASHES), tree_root(HASHES)), SIGNER)


def proof_of(index: int) -> str:
    return format_tlog_proof(index, inclusion_path(HASHES, index), NOTE)


def code_of(text: str, leaf: bytes = ENTRIES[4]) -> str:
    with pytest.raises(HostileInput) as caught:
        verify_tlog_proof(text, leaf, VKEY)
    return caught.value.code


@pytest.mark.parametrize("index", range(len(ENTRIES)))
def test_a_proof_establishes_place_size_root_and_log(index: int) -> None:
    proof = verify_tlog_proof(proof_of(index), ENTRIES[index], VKEY)
    assert (proof.index, proof.size, proof.origin) == (index, 11, "log.example/one")
    assert proof.root == tree_root(HASHES)


def test_the_text_is_that_of_the_specification() -> None:
    lines = proof_of(8).split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 8"]
    assert lines[5:7] == ["", "log.example/one"]
    assert proof_of(8).endswith(NOTE)


def test_another_entry_or_place_or_key_is_refused() -> None:
    assert code_of(proof_of(4), b"another") == "CERT-E076"
    assert code_of(proof_of(5)) == "CERT-E076"
    assert code_of(proof_of(4).replace("index 4", "index 5")) == "CERT-E076"
    assert code_of(proof_of(4).replace("index 4", "index 99")) == "CERT-E076"
    other = NoteSigner(SIGNER.name, Ed25519PrivateKey.generate()).verifier.vkey
    with pytest.raises(HostileInput, match="E076"):
        verify_tlog_proof(proof_of(4), ENTRIES[4], other)
    with pytest.raises(TrustError):
        verify_tlog_proof(proof_of(4), ENTRIES[4], "nonsense")


def test_changing_any_character_is_noticed() -> None:
    text = proof_of(4)
    for position, character in enumerate(text):
        for replacement in ("A", "1", "\n"):
            if replacement != character:
                changed = text[:position] + replacement + text[position + 1 :]
                assert code_of(changed) in {"CERT-E075", "CERT-E076"}


def test_cutting_or_padding_is_noticed() -> None:
    text = proof_of(4)
    for length in range(len(text)):
        assert code_of(text[:length]) in {"CERT-E075", "CERT-E076"}
    for extra in ("\n", " ", "x", "\x00"):
        assert code_of(text + extra) == "CERT-E075"


def test_extra_bytes_are_read_and_change_nothing() -> None:
    text = format_tlog_proof(4, inclusion_path(HASHES, 4), NOTE, b"a hint")
    assert parse_tlog_proof(text).extra == b"a hint"
    assert verify_tlog_proof(text, ENTRIES[4], VKEY).index == 4
    assert code_of(text.replace("extra ", "extra !")) == "CERT-E075"


def test_a_tree_of_one_needs_no_path() -> None:
    note = sign_checkpoint(Checkpoint(SIGNER.name, 1, HASHES[0]), SIGNER)
    text = format_tlog_proof(0, (), note)
    assert parse_tlog_proof(text).path == ()
    assert verify_tlog_proof(text, ENTRIES[0], VKEY).size == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "A" * 43 + "=\n" + "\n" + "\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 0\n" + ("A" * 43 + "=\n") * 64 + "\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 0\n" + ("A" * 43 + "=\n") * 100_000 + "\n" + NOTE,
    ],
)
def test_malformed_proofs_are_refused(text: str) -> None:
    assert code_of(text) == "CERT-E075"
