"""Signed notes and checkpoints, against the vectors of the specification and against mutation."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import CertifyError, HostileInput, TrustError
from certify.trust.note import (
    Checkpoint,
    NoteSigner,
    is_key_name,
    parse_checkpoint,
    parse_note,
    parse_number,
    parse_vkey,
    sign_checkpoint,
    sign_note,
    verify_checkpoint,
    verify_note,
)

# From the documentation of golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = NoteSigner("log.example/one", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
OTHER = NoteSigner("witness.example/w", Ed25519PrivateKey.from_private_bytes(b"\x08" * 32))
CHECKPOINT = Checkpoint("log.example/one", 12, b"\x11" * 32)


def line_of(note: str) -> str:
    return note.rsplit("\n\n", maxsplit=1)[-1]


def refused(document: str) -> str:
    with pytest.raises(HostileInput) as caught:
        verify_checkpoint(document, SIGNER.verifier)
    return caught.value.code


def test_the_go_implementations_example_verifies() -> None:
    key = parse_vkey(GO_VKEY)
    assert key.name == "PeterNeumann"
    assert key.key_id.hex() == "c74f20a3"
    assert key.vkey == GO_VKEY
    assert verify_note(parse_note(GO_NOTE), [key]) == (key,)


def test_a_checkpoint_survives_signing_and_reading() -> None:
    document = sign_checkpoint(CHECKPOINT, SIGNER)
    assert verify_checkpoint(document, SIGNER.verifier) == CHECKPOINT
    assert verify_checkpoint(document, parse_vkey(SIGNER.verifier.vkey)) == CHECKPOINT


def test_signatures_of_unknown_keys_are_ignored() -> None:
    document = sign_checkpoint(CHECKPOINT, SIGNER)
    others = [NoteSigner(f"w{n}.example", Ed25519PrivateKey.generate()) for n in range(20)]
    document += "".join(line_of(sign_note(CHECKPOINT.text, other)) for other in others)
    assert verify_checkpoint(document, SIGNER.verifier) == CHECKPOINT
    same_name = NoteSigner(SIGNER.name, OTHER.private_key)
    document += line_of(sign_note("something else\n", same_name))
    assert verify_checkpoint(document, SIGNER.verifier) == CHECKPOINT


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    good, bad = sign_checkpoint(CHECKPOINT, SIGNER), sign_note("something else\n", SIGNER)
    assert refused(good + line_of(bad)) == "CERT-E076"
    assert refused(f"{CHECKPOINT.text}\n{line_of(bad)}") == "CERT-E076"
    short = base64.b64encode(SIGNER.verifier.key_id + b"x").decode()
    assert refused(f"{CHECKPOINT.text}\n— {SIGNER.name} {short}\n") == "CERT-E076"


def test_a_note_without_a_known_signature_is_refused() -> None:
    assert refused(sign_checkpoint(CHECKPOINT, OTHER)) == "CERT-E076"


def test_a_key_speaks_only_for_the_log_of_its_name() -> None:
    assert refused(sign_checkpoint(CHECKPOINT._replace(origin="log.example/two"), SIGNER)) == "CERT-E076"


def test_changing_any_character_is_noticed() -> None:
    document = sign_checkpoint(CHECKPOINT, SIGNER)
    for position, character in enumerate(document):
        for replacement in ("A", "B", "\n", "0", " "):
            if replacement == character:
                continue
            changed = document[:position] + replacement + document[position + 1 :]
            with pytest.raises(CertifyError):
                verify_checkpoint(changed, SIGNER.verifier)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n— name",
        "text\n\n— name AAAA\n\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n—  AAAAAAAA\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAAB=\n",
        "text\n\n— name AAAAAAA A\n",
        "te\txt\n\n— name AAAAAAAA\n",
        "te\rxt\n\n— name AAAAAAAA\n",
        "te\ud800xt\n\n— name AAAAAAAA\n",
        "text\n\n" + "— name AAAAAAAA\n" * 65,
        "x" * 600_000 + "\n\n— name AAAAAAAA\n",
    ],
)
def test_malformed_notes_are_refused(document: str) -> None:
    with pytest.raises(HostileInput) as caught:
        parse_note(document)
    assert caught.value.code == "CERT-E075"


def test_sixteen_and_more_signatures_are_read() -> None:
    assert len(parse_note("text\n\n" + "— name AAAAAAAA\n" * 64).signatures) == 64


def test_the_text_ends_at_the_last_blank_line() -> None:
    assert parse_note("one\n\ntwo\n\n— name AAAAAAAA\n").text == "one\n\ntwo\n"


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        "origin\n01\n" + base64.b64encode(b"\0" * 32).decode() + "\n",
        "origin\n-1\n" + base64.b64encode(b"\0" * 32).decode() + "\n",
        "origin\n١\n" + base64.b64encode(b"\0" * 32).decode() + "\n",
        "origin\n9223372036854775808\n" + base64.b64encode(b"\0" * 32).decode() + "\n",
        "\n1\n" + base64.b64encode(b"\0" * 32).decode() + "\n",
        "origin\n1\n" + base64.b64encode(b"\0" * 31).decode() + "\n",
        "origin\n1\n" + base64.b64encode(b"\0" * 32).decode() + "\nextension\n",
        "origin\n1\n" + base64.b64encode(b"\0" * 32).decode(),
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(HostileInput) as caught:
        parse_checkpoint(text)
    assert caught.value.code == "CERT-E075"


def test_numbers_have_one_spelling() -> None:
    assert parse_number("0") == 0
    assert parse_number("9223372036854775807") == 2**63 - 1
    for text in ("", "00", "+1", "1_0", " 1", "1 ", "1e3", "9" * 19, "9" * 5000):
        with pytest.raises(HostileInput):
            parse_number(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+12345678",
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("c74f20a3", "C74F20A3"),
        GO_VKEY.replace("PeterNeumann", "Peter Neumann"),
        GO_VKEY.replace("PeterNeumann", ""),
        GO_VKEY[:-4],
        GO_VKEY.replace("+AR", "+AX"),
        GO_VKEY + "\n",
    ],
)
def test_unusable_log_keys_are_refused(vkey: str) -> None:
    with pytest.raises(TrustError) as caught:
        parse_vkey(vkey)
    assert caught.value.code == "CERT-E075"


def test_names_of_keys() -> None:
    assert is_key_name("localhost/certify-dev-1")
    assert not any(map(is_key_name, ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u2028b"]))
