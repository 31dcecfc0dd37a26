"""The monitor notices forks and rollbacks, tells of each entry once, and is not led into private networks."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from certify.errors import RegistryError, UsageError
from certify.evidence.log_entry import LogEntry
from certify.evidence.statement import CERTIFICATE, STATUS
from certify.trust.note import parse_vkey, verify_checkpoint
from certify_registry.exchange import anywhere, exchange, public_only, require_url
from certify_registry.follow.feed import NAMESPACE, atom_feed
from certify_registry.follow.matching import Match
from certify_registry.follow.monitor import Monitor
from certify_registry.follow.source import FolderSource, WebSource, source_of
from certify_registry.follow.state import MonitorState
from certify_registry.follow.webhooks import deliver, require_secret
from tests.fakes.tlog import MemoryLog
from tests.fakes.witnesses import serving

NOW = "2026-11-26T12:00:00Z"
SECRET = "s" * 32
LOG, FORK = MemoryLog(600), MemoryLog(600, fork=290)


def entry(number: int, kind: str = CERTIFICATE) -> bytes:
    digits = [hashlib.sha256(b"%s %d" % (part, number)).hexdigest() for part in (b"payload", b"subject", b"key")]
    return LogEntry(predicate_type=kind, payload_sha256=digits[0], subject=digits[1], keyid=digits[2]).to_bytes()


OURS = MemoryLog(0, entries=[entry(0), entry(1), entry(2, STATUS), b"somebody else's"])


def monitor(folder: Path, state: MonitorState, *matches: str, key: str = LOG.vkey) -> Monitor:
    return Monitor(FolderSource(folder), parse_vkey(key), state, matches=tuple(map(Match.parse, matches)))


def test_growth_is_followed_and_each_entry_is_told_once(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    for size, before in ((0, 0), (1, 0), (300, 1), (300, 300), (600, 300)):
        LOG.write(tmp_path / "log", size)
        opened = MonitorState(state)
        seen = monitor(tmp_path / "log", opened).look(NOW)
        assert (seen.checkpoint.size, seen.before, seen.told, seen.fault) == (size, before, size - before, "")
        assert [alert.body["logIndex"] for alert in opened.alerts()] == list(range(size))
        opened.close()


@pytest.mark.parametrize(
    ("shown", "size", "fault"),
    [
        (FORK, 300, "fork"),  # the same size, another root
        (FORK, 500, "fork"),  # larger, and not an extension
        (FORK, 295, "fork"),  # smaller, and no beginning
        (LOG, 299, "rollback"),  # smaller, and a beginning
        (LOG, 0, "rollback"),
        (FORK, 280, "rollback"),  # before they part, both are one history
    ],
)
def test_what_is_taken_back_is_noticed_and_both_checkpoints_are_kept(
    tmp_path: Path, shown: MemoryLog, size: int, fault: str
) -> None:
    LOG.write(tmp_path / "log", 300)
    state = MonitorState(tmp_path / "state.db")
    watched = monitor(tmp_path / "log", state, "kind=status")
    assert not watched.look(NOW).fault
    shown.write(tmp_path / "log", size)
    if shown is FORK and size < 300:
        LOG.write(tmp_path / "log", 300)
        shown.write(tmp_path / "other", size)
        (tmp_path / "log" / "checkpoint").write_text(shown.checkpoint(size))
    for _ in range(2):
        seen = watched.look(NOW)
        assert seen.fault == fault
        assert seen.words
    (alert,) = state.alerts()
    assert alert.kind == fault
    ours, theirs = (verify_checkpoint(alert.body[name], parse_vkey(LOG.vkey)) for name in ("known", "shown"))
    assert (ours.size, theirs.size) == (300, size)
    LOG.write(tmp_path / "log", 600)
    assert not watched.look(NOW).fault, "a fault must not take the place of what was consistent"


def test_files_that_are_gone_are_a_rollback_or_an_error_and_never_taken(tmp_path: Path) -> None:
    LOG.write(tmp_path / "log", 300)
    state = MonitorState(None)
    watched = monitor(tmp_path / "log", state, "kind=status")
    watched.look(NOW)
    (tmp_path / "log" / "checkpoint").write_text(LOG.checkpoint(301))
    with pytest.raises(RegistryError) as caught:
        watched.look(NOW)
    assert caught.value.code == "CERT-E643"
    for path in (tmp_path / "log" / "tile").rglob("*"):
        if path.is_file():
            path.unlink()
    (tmp_path / "log" / "checkpoint").write_text(LOG.checkpoint(200))
    assert watched.look(NOW).fault == "rollback"
    (tmp_path / "log" / "checkpoint").unlink()
    with pytest.raises(RegistryError):
        watched.look(NOW)
    assert verify_checkpoint(state.checkpoint(LOG.vkey) or "", parse_vkey(LOG.vkey)).size == 300


def test_one_exchange_with_somebody_else_finds_a_split_view(tmp_path: Path) -> None:
    LOG.write(tmp_path / "log", 300)
    state = MonitorState(None)
    watched = monitor(tmp_path / "log", state, "kind=status")
    assert watched.compare(FORK.checkpoint(300), NOW) is None
    watched.look(NOW)
    for size in (0, 10, 290, 300):
        assert not watched.compare(LOG.checkpoint(size), NOW).fault  # type: ignore[union-attr]
    assert not watched.compare(LOG.checkpoint(400), NOW).fault  # type: ignore[union-attr]
    for size in (291, 300):
        assert watched.compare(FORK.checkpoint(size), NOW).fault == "fork"  # type: ignore[union-attr]
    assert len(state.alerts()) == 2


def test_what_others_were_shown_is_remembered_until_the_log_has_grown_past_it(tmp_path: Path) -> None:
    LOG.write(tmp_path / "log", 300)
    state = MonitorState(tmp_path / "state.db")
    monitor(tmp_path / "log", state, "kind=status").look(NOW)
    for other in (LOG, FORK):
        state = MonitorState(tmp_path / "state.db")
        watched = monitor(tmp_path / "log", state, "kind=status")
        LOG.write(tmp_path / "log", 350 if other is LOG else 450)
        watched.look(NOW)
        assert not watched.compare(other.checkpoint(400 if other is LOG else 500), NOW).fault  # type: ignore[union-attr]
        state.close()
        state = MonitorState(tmp_path / "state.db")
        watched = monitor(tmp_path / "log", state, "kind=status")
        assert watched.look(NOW).fault == "rollback"
        LOG.write(tmp_path / "log", 450 if other is LOG else 550)
        assert watched.look(NOW).fault == ("" if other is LOG else "fork")
        assert len(state.heard(LOG.vkey)) == (0 if other is LOG else 1)
        state.close()


def test_a_state_of_the_first_form_is_carried_on(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    state = MonitorState(path)
    state.advance(LOG.vkey, "note", [])
    state.close()
    database = sqlite3.connect(path)
    database.executescript("DROP TABLE heard; PRAGMA user_version = 1")
    database.close()
    state = MonitorState(path)
    assert (state.checkpoint(LOG.vkey), state.heard(LOG.vkey)) == ("note", ())


@pytest.mark.parametrize(
    ("match", "told"),
    [
        ([], [0, 1, 2, 3]),
        (["kind=certificate"], [0, 1]),
        (["kind=status", f"issuer={LogEntry.from_bytes(entry(0)).keyid}"], [0, 2]),
        ([f"digest={LogEntry.from_bytes(entry(1)).subject[:16]}"], [1]),
        ([f"digest={LogEntry.from_bytes(entry(1)).payload_sha256[:20]},kind=status"], []),
    ],
)
def test_entries_are_told_by_digest_issuer_and_kind(tmp_path: Path, match: list[str], told: list[int]) -> None:
    OURS.write(tmp_path)
    state = MonitorState(None)
    monitor(tmp_path, state, *match).look(NOW)
    assert [alert.body["logIndex"] for alert in state.alerts()] == told


@pytest.mark.parametrize("text", ["", "digest", "digest=abc", "digest=" + "A" * 64, "color=red", "kind=a,kind=b"])
def test_matches_that_say_nothing(text: str) -> None:
    with pytest.raises(UsageError):
        Match.parse(text)


class Receiver:
    """A web server that takes alerts, or fails as told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.taken: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (part := await receive()).get("body") or part.get("more_body"):
            body += part["body"]
            if not part.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        stamped = headers["certify-timestamp"].encode() + b"." + body
        expected = "sha256=" + hmac.new(SECRET.encode(), stamped, hashlib.sha256).hexdigest()
        status = self.statuses.pop(0) if self.statuses else 204
        if status < 300 and hmac.compare_digest(expected, headers["certify-signature"]):
            self.taken.append(json.loads(body))
        await send({"type": "http.response.start", "status": status, "headers": [(b"location", b"/x")]})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    made = Receiver()
    with serving(made) as url:
        yield made, url


def test_alerts_are_delivered_in_order_and_at_least_once(tmp_path: Path, receiver: tuple[Receiver, str]) -> None:
    """A target that fails is tried again later, from where it stopped, also by another process."""
    made, url = receiver
    OURS.write(tmp_path / "log")
    path, time = tmp_path / "state.db", [1_700_000_000.0]
    state = MonitorState(path)
    monitor(tmp_path / "log", state).look(NOW)
    made.statuses = [204, 500]
    first = deliver(state, url, SECRET, lambda: time[0], allowed=anywhere)
    assert (first.sent, first.trouble) == (1, "it answered with status 500")
    assert deliver(state, url, SECRET, lambda: time[0], allowed=anywhere).sent == 0
    state.close()
    state, time[0] = MonitorState(path), time[0] + 2
    made.statuses = [307]
    assert "status 307" in deliver(state, url, SECRET, lambda: time[0], allowed=anywhere).trouble
    time[0] += 60
    assert deliver(state, url, SECRET, lambda: time[0], allowed=anywhere).sent == 3
    assert [one["logIndex"] for one in made.taken] == [0, 1, 2, 3]
    assert deliver(state, url, SECRET, lambda: time[0], allowed=anywhere) == (url, 0, "")
    assert made.taken[2]["kind"] == "status"


def test_alerts_do_not_go_where_they_could_do_harm(receiver: tuple[Receiver, str]) -> None:
    made, url = receiver
    state = MonitorState(None)
    state.accuse("fork", NOW, {"log": "x"}, "once")
    assert "private network" in deliver(state, url, SECRET, lambda: 1.0).trouble
    localhost = url.replace("127.0.0.1", "localhost")
    assert "private network" in deliver(state, localhost, SECRET, lambda: 1.0).trouble
    assert not made.taken


def test_addresses_of_private_networks() -> None:
    inside = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
              "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
              "::ffff:10.0.0.1", "192.0.2.1", "198.18.0.1"]  # fmt: skip
    assert not any(public_only(ipaddress.ip_address(one)) for one in inside)
    assert all(public_only(ipaddress.ip_address(one)) for one in ("9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9"))


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "ftp://x/", "http://", "http://user@host/", "http://host:0/", "http://host:99999/",
     "http://host/#x", "http://ho st/", "http://host/\r\nX: y", "http://hüst/", "http://h/" + "x" * 2000],
)  # fmt: skip
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        require_url(url)
    assert caught.value.code == "CERT-E645"


def test_short_secrets_are_refused() -> None:
    assert require_secret(SECRET) == SECRET
    with pytest.raises(UsageError):
        require_secret(SECRET[1:])


def test_a_source_on_the_web_reads_files_and_nothing_more(tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    LOG.write(tmp_path / "log", 300)
    with serving(Starlette(routes=[Mount("/log", StaticFiles(directory=tmp_path / "log"))])) as url:
        source = source_of(f"{url}/log/")
        assert isinstance(source, WebSource)
        assert source.read("tile/0/999", 10) is None
        with pytest.raises(RegistryError) as caught:
            source.read("tile/0/000", 100)
        assert caught.value.code == "CERT-E644"
        assert Monitor(source, parse_vkey(LOG.vkey), MonitorState(None)).look(NOW).told == 300
        with pytest.raises(RegistryError):
            exchange("GET", "http://127.0.0.1:9/", seconds=2)
    with pytest.raises(RegistryError):
        source_of(str(tmp_path / "absent"))


def test_a_folder_source_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "checkpoint").symlink_to(tmp_path / "secret")
    with pytest.raises(RegistryError):
        FolderSource(tmp_path / "log").read("checkpoint", 100)


def test_the_feed_is_atom_whatever_is_in_it() -> None:
    state = MonitorState(None)
    state.accuse("fork", NOW, {"log": "<script>\x00\x1b[31m\ufffe&amp;", "known": "a", "shown": "b"}, "1")
    state.advance(LOG.vkey, "note", [("entry", NOW, {"logIndex": 5, "kind": "status"}, "2")])
    feed = ElementTree.fromstring(atom_feed("log.example/one", LOG.vkey, state.newest(10), NOW))
    entries = feed.findall(f"{{{NAMESPACE}}}entry")
    assert [one.findtext(f"{{{NAMESPACE}}}title") for one in entries] == [
        "entry 5: status", "FORK: the log has signed two histories"
    ]  # fmt: skip
    assert "<script>\ufffd\ufffd[31m\ufffd&amp;" in (entries[1].findtext(f"{{{NAMESPACE}}}content") or "")
    identities = [feed.findtext(f"{{{NAMESPACE}}}id"), *(one.findtext(f"{{{NAMESPACE}}}id") for one in entries)]
    assert len(set(identities)) == 3
    assert all(one.startswith("urn:uuid:") for one in identities if one)


def test_a_state_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"something else, long enough to be read" * 40)
    with pytest.raises(RegistryError) as caught:
        MonitorState(tmp_path / "x.db")
    assert caught.value.code == "CERT-E647"
