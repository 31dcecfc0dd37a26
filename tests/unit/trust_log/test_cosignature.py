"""Cosignatures: what is signed byte for byte, and that nothing else is taken for one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import HostileInput, TrustError
from certify.trust.cosignature import Cosigner, cosign, parse_cosigner_vkey, verify_cosignatures
from certify.trust.note import parse_note, parse_signature_line
from tests.fakes.tlog import MemoryLog, cosigner

LOG = MemoryLog(12)
TIME = 1_679_315_147
KINDS = [cosigner(1), cosigner(1, post_quantum=True)]
LINES = {
    one.verifier.kind: parse_signature_line(cosign(parse_note(LOG.checkpoint()).text, one, TIME)[:-1]) for one in KINDS
}


def cosigned(*cosigners: Cosigner, time: int = TIME) -> str:
    text = parse_note(LOG.checkpoint()).text
    return LOG.checkpoint() + "".join(cosign(text, one, time) for one in cosigners)


@pytest.mark.parametrize("witness", KINDS)
def test_a_cosignature_survives_and_tells_its_time(witness: Cosigner) -> None:
    note = parse_note(cosigned(witness))
    assert verify_cosignatures(note, [witness.verifier]) == {witness.verifier: TIME}
    assert parse_cosigner_vkey(witness.verifier.vkey) == witness.verifier


def test_the_signed_bytes_are_those_of_the_specification() -> None:
    text = parse_note(LOG.checkpoint()).text
    classic, quantum = (parse_signature_line(cosign(text, one, TIME)[:-1]).signature for one in KINDS)
    assert classic[:8] == quantum[:8] == TIME.to_bytes(8, "big")
    KINDS[0].private_key.public_key().verify(classic[8:], f"cosignature/v1\ntime {TIME}\n{text}".encode())
    root = __import__("base64").b64decode(text.split("\n")[2])
    message = b"subtree/v1\n\0" + b"\x0aw1.example" + TIME.to_bytes(8, "big") + b"\x0flog.example/one"
    KINDS[1].private_key.public_key().verify(quantum[8:], message + bytes(8) + (12).to_bytes(8, "big") + root)


@pytest.mark.parametrize("witness", KINDS)
def test_a_wrong_cosignature_of_a_known_key_spoils_the_note_and_unknown_ones_are_ignored(witness: Cosigner) -> None:
    other = MemoryLog(13)
    wrong = cosign(parse_note(other.checkpoint()).text, witness, TIME)
    with pytest.raises(HostileInput) as caught:
        verify_cosignatures(parse_note(cosigned(witness) + wrong), [witness.verifier])
    assert caught.value.code == "CERT-E076"
    assert verify_cosignatures(parse_note(LOG.checkpoint() + wrong), [cosigner(9).verifier]) == {}


def test_many_lines_are_read_and_the_newest_time_of_a_key_counts() -> None:
    many = [cosigner(number) for number in range(1, 16)]
    note = parse_note(cosigned(*many) + cosign(parse_note(LOG.checkpoint()).text, many[0], TIME + 5))
    found = verify_cosignatures(note, [one.verifier for one in many])
    assert len(found) == 15
    assert found[many[0].verifier] == TIME + 5


@pytest.mark.parametrize("witness", KINDS)
@given(data=st.data())
def test_no_changed_bit_of_a_cosignature_holds(witness: Cosigner, data: st.DataObject) -> None:
    line = LINES[witness.verifier.kind]
    at = data.draw(st.integers(0, 8 * len(line.signature) - 1))
    changed = bytearray(line.signature)
    changed[at // 8] ^= 1 << at % 8
    note = parse_note(LOG.checkpoint())._replace(signatures=(line._replace(signature=bytes(changed)),))
    with pytest.raises(HostileInput):
        verify_cosignatures(note, [witness.verifier])


def test_an_ml_dsa_cosignature_names_its_witness_and_an_ed25519_one_covers_extension_lines() -> None:
    text = parse_note(LOG.checkpoint()).text
    for witness, covers_extensions in zip(KINDS, (True, False), strict=True):
        line = parse_signature_line(cosign(text, witness, TIME)[:-1])
        extended = parse_note(LOG.checkpoint())._replace(text=text + "more\n", signatures=(line,))
        if covers_extensions:
            with pytest.raises(HostileInput):
                verify_cosignatures(extended, [witness.verifier])
        else:
            assert verify_cosignatures(extended, [witness.verifier])
    renamed = KINDS[1].verifier._replace(name="w2.example")
    line = parse_signature_line(cosign(text, KINDS[1], TIME)[:-1])._replace(name="w2.example", key_id=renamed.key_id)
    with pytest.raises(HostileInput):
        verify_cosignatures(parse_note(LOG.checkpoint())._replace(signatures=(line,)), [renamed])


def test_times_and_texts_that_cannot_be_signed() -> None:
    text = parse_note(LOG.checkpoint()).text
    for time in (0, -1, 2**63):
        with pytest.raises(ValueError, match="time"):
            cosign(text, KINDS[0], time)
    for text in ("", "no checkpoint\n", "log\n1\n"):
        with pytest.raises(HostileInput):
            cosign(text, KINDS[0], TIME)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        LOG.vkey,
        KINDS[0].verifier.vkey.replace("+", "-"),
        KINDS[1].verifier.vkey[:-4],
        KINDS[0].verifier._replace(kind=b"\x06").vkey,
        KINDS[0].verifier._replace(kind=b"\x05").vkey,
        KINDS[1].verifier._replace(name="w" * 256).vkey,
    ],
)
def test_unusable_witness_keys_are_refused(vkey: str) -> None:
    with pytest.raises(TrustError) as caught:
        parse_cosigner_vkey(vkey)
    assert caught.value.code == "CERT-E075"


@given(st.binary(max_size=400))
def test_no_bytes_do_worse_than_be_refused(data: bytes) -> None:
    with suppress(HostileInput):
        parse_note(data.decode("utf-8", "replace"))
