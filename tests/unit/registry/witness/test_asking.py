"""The log's side: cosignatures are merged, nonsense is left out, dead witnesses hold nobody up."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import HostileInput
from certify.trust.cosignature import cosign
from certify.trust.note import parse_note, sign_note
from certify.trust.tlog_policy import PolicyLog, TlogPolicy, parse_policy
from certify.trust.witnessed import witnessed
from certify_registry.witness.asking import Dialogue, WitnessSaid, log_line, merge_cosignatures
from certify_registry.witness.client import ask_witnesses
from tests.fakes.tlog import MemoryLog, cosigner
from tests.fakes.witnesses import policy_text, real_witness, serving, serving_witnesses

LOG = MemoryLog(40)
NOTE = LOG.checkpoint()
TEXT = parse_note(NOTE).text


def policy(url: str = "http://w.invalid", quorum: int = 2) -> TlogPolicy:
    from dataclasses import replace

    return replace(parse_policy(policy_text(url, (1, 2, 3), quorum)), logs=(PolicyLog(LOG.signer.verifier),))


def said(number: int, time: int = 5, text: str = TEXT) -> WitnessSaid:
    return WitnessSaid(f"w{number}.example", cosign(text, cosigner(number), time))


def test_what_holds_is_kept_and_what_does_not_is_told() -> None:
    foreign = cosign(TEXT, cosigner(9), 5)
    wrong = said(3, text=parse_note(LOG.checkpoint(39)).text)
    found = merge_cosignatures(NOTE, [said(1), WitnessSaid("w2.example", said(1).lines), wrong], policy())
    assert found.note == NOTE + said(1).lines
    assert dict(found.troubles).keys() == {"w2.example", "w3.example"}
    assert "1 of 3 witnesses" in found.deficit(policy())
    found = merge_cosignatures(found.note, [said(2, 7), WitnessSaid("w3.example", foreign)], policy())
    assert found.state.satisfied
    assert not found.deficit(policy())
    assert witnessed(found.note, policy()).time == 5


def test_the_newest_word_of_a_witness_replaces_its_former_one() -> None:
    found = merge_cosignatures(NOTE, [said(1, 5)], policy())
    found = merge_cosignatures(found.note, [said(1, 9), said(1, 7)], policy())
    assert found.note == NOTE + said(1, 9).lines
    assert log_line(found.note, policy()) == NOTE


def test_a_checkpoint_that_the_log_did_not_sign_is_refused() -> None:
    with pytest.raises(HostileInput):
        merge_cosignatures(sign_note(TEXT, MemoryLog(1, name="other").signer), [said(1)], policy())


@given(st.lists(st.text(max_size=60) | st.sampled_from([said(1).lines, said(2).lines, "— w1.example AAAAAAAA\n"])))
def test_no_answer_does_worse_than_be_left_out(answers: list[str]) -> None:
    found = merge_cosignatures(NOTE, [WitnessSaid("w1.example", text) for text in answers], policy())
    assert witnessed(found.note, policy()).times.keys() <= {"w1.example"}


def test_a_dialogue_follows_the_size_that_the_witness_names() -> None:
    talk = Dialogue(NOTE, 40, LOG.path, known=7)
    assert talk.request().startswith(b"old 7\n")
    assert talk.take("w", 409, "text/x.tlog.size", "12\n") is None
    assert talk.request().startswith(b"old 12\n")
    assert talk.take("w", 409, "text/x.tlog.size", "13\n") is None
    talk.request()
    assert "moved on" in talk.take("w", 409, "text/x.tlog.size", "14\n").trouble  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("status", "kind", "body", "told"),
    [
        (409, "text/x.tlog.size", "41\n", "more than there are here"),
        (409, "text/x.tlog.size", "x\n", "a size that is none"),
        (409, "text/plain", "12\n", "moved on"),
        (422, "text/plain", "", "another history"),
        (302, "text/plain", "", "status 302"),
    ],
)
def test_what_witnesses_refuse_is_told(status: int, kind: str, body: str, told: str) -> None:
    answer = Dialogue(NOTE, 40, LOG.path).take("w", status, kind, body)
    assert answer is not None
    assert told in answer.trouble


def test_real_witnesses_a_dead_one_and_one_that_never_answers(tmp_path: Path) -> None:
    """Each size in turn over HTTP; two of three are enough, and the silent one costs its limit alone."""
    witnesses = {number: real_witness(number, tmp_path, LOG.vkey) for number in (1, 2)}
    with serving_witnesses(witnesses) as url, socket.create_server(("127.0.0.1", 0)) as silent:
        text = policy_text(url, (1, 2, 3), 2).replace(f"{url}/3", f"http://127.0.0.1:{silent.getsockname()[1]}")
        asked = TlogPolicy((PolicyLog(LOG.signer.verifier),), *_parts(text))
        for size in (0, 1, 17, 40, 40):
            begun = time.monotonic()
            found = ask_witnesses(
                LOG.checkpoint(size), lambda old, size=size: LOG.path(old, size), asked, seconds=0.3
            )  # fmt: skip
            assert time.monotonic() - begun < 5
            assert found.state.satisfied
            assert found.state.checkpoint.size == size
            assert len(parse_note(found.note).signatures) == 1 + 2 * 2
            assert [name for name, _ in found.troubles] == ["w3.example"]
        rolled_back = ask_witnesses(LOG.checkpoint(17), lambda old: LOG.path(old, 17), asked, seconds=0.3)
        assert not rolled_back.state.satisfied
        assert "40 entries of this log, more than there are here" in rolled_back.deficit(asked)


def _parts(text: str) -> tuple:  # type: ignore[type-arg]
    read = parse_policy(text)
    return read.witnesses, read.groups, read.quorum


def test_a_witness_that_answers_without_end_or_redirects_is_passed_over() -> None:
    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        endless = scope["path"].startswith("/1")
        headers = [(b"location", b"http://127.0.0.1:9/")] if not endless else []
        await send({"type": "http.response.start", "status": 200 if endless else 307, "headers": headers})
        for _ in range(300 if endless else 0):
            await send({"type": "http.response.body", "body": b"x" * 4096, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    with serving(app) as url:
        found = ask_witnesses(NOTE, LOG.path, policy(url), seconds=5)
    told = dict(found.troubles)
    assert "longer than" in told["w1.example"]
    assert told["w2.example"] == "it answered with status 307"
    assert found.note == NOTE


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_drip_of_bytes_does_not_hold_anybody_up(head: bytes) -> None:
    """One byte at a time, each well within any timeout of a single read."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(head)
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    text = f"witness w {cosigner(1).verifier.vkey} http://127.0.0.1:{listener.getsockname()[1]}\nquorum w\n"
    begun = time.monotonic()
    found = ask_witnesses(NOTE, LOG.path, TlogPolicy((PolicyLog(LOG.signer.verifier),), *_parts(text)),
                          seconds=0.5)  # fmt: skip
    stop.set()
    thread.join(5)
    listener.close()
    assert time.monotonic() - begun < 3
    assert "no whole answer in 0.5 seconds" in found.deficit(policy())
