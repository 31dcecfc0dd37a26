"""``certify registry monitor``: follows somebody's log and says when it takes something back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from certify.cli.options import Json
from certify.cli.render import emit, emit_json, fields, headline, say
from certify.errors import ExitCode, RegistryError, UsageError

if TYPE_CHECKING:
    from certify.trust.note import VerifierKey
    from certify_registry.follow.monitor import Monitor, Seen
    from certify_registry.follow.state import MonitorState
    from certify_registry.follow.webhooks import Delivery

Place = Annotated[str, typer.Argument(metavar="URL|FOLDER", help="The log's public files: checkpoint and tile/.")]
LogKey = Annotated[
    str, typer.Option("--log", metavar="VKEY", help="The log's public key, one line (`certify registry show`).")
]
WitnessPolicy = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Witnesses to insist on (c2sp.org/tlog-policy).")
]


def monitor(
    place: Place,
    log: LogKey,
    state: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What was seen; without it nothing is remembered.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
    every: Annotated[int, typer.Option(min=1, metavar="SECONDS", help="Time between two looks.")] = 60,
    match: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE,...", help="Tell of entries with this digest, issuer, kind alone; repeat."),
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="Compare with what this witness was shown; repeat.")
    ] = None,
    policy: WitnessPolicy = None,
    feed: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the newest alerts as an Atom feed.")] = None,
    webhook: Annotated[list[str] | None, typer.Option(metavar="URL", help="Send alerts there; repeat.")] = None,
    secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Secret by which webhooks are signed, 32 characters or more.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Webhooks may lead into a private network.")
    ] = False,
    json: Json = False,
) -> int:
    """Follow a log: verify all that is new, tell of what matches, and notice when anything is taken back."""
    from certify.trust.note import parse_vkey
    from certify_registry.exchange import anywhere, public_only, require_url
    from certify_registry.follow.matching import Match
    from certify_registry.follow.monitor import Monitor
    from certify_registry.follow.source import source_of
    from certify_registry.follow.state import MonitorState

    key, secret = parse_vkey(log), _secret(webhook, secret_file)
    for url in (*(webhook or ()), *(witness or ())):
        require_url(url)
    memory = MonitorState(state)
    made = Monitor(
        source_of(place), key, memory, matches=tuple(map(Match.parse, match or ())), policy=policy_of(policy, key)
    )
    told = memory.newest(1)[0].id if memory.newest(1) else 0
    aftermath = _Aftermath(memory, key, feed, tuple(webhook or ()), secret, anywhere if allow_private else public_only)
    seen, code = _follow(made, tuple(witness or ()), key, aftermath, every=0 if once else every)
    _tell(seen, memory, told, aftermath.deliveries, json)
    memory.close()
    return int(code)


class _Aftermath:
    """What follows a look: the feed is written, the webhooks are served."""

    def __init__(
        self, state: MonitorState, key: VerifierKey, feed: Path | None, urls: tuple[str, ...], secret: str, allowed: Any
    ) -> None:
        self._state, self._key, self._feed, self._urls = state, key, feed, urls
        self._secret, self._allowed = secret, allowed
        self.deliveries: list[Delivery] = []

    def take(self, now: str) -> None:
        """Tells whoever is to be told; a target that fails is tried again later."""
        import time

        from certify.files import write_whole
        from certify_registry.follow.feed import NEWEST, atom_feed
        from certify_registry.follow.webhooks import deliver

        if self._feed is not None:
            write_whole(self._feed, atom_feed(self._key.name, self._key.vkey, self._state.newest(NEWEST), now))
        self.deliveries = [
            deliver(self._state, url, self._secret, time.time, allowed=self._allowed) for url in self._urls
        ]


def _follow(
    made: Monitor, witnesses: tuple[str, ...], key: VerifierKey, aftermath: _Aftermath, *, every: int
) -> tuple[Seen, ExitCode]:
    """Looks until there is a fault, or once; a server that does not answer is asked again at the next look."""
    import time

    from certify.pipeline.clock import now

    while True:
        try:
            seen = _look(made, witnesses, key, now)
        except RegistryError as error:
            if not every:
                raise
            say(f"{error.what}: {error.why}")
        else:
            aftermath.take(now())
            if seen.fault:
                return seen, ExitCode.NEGATIVE
            if not every:
                enough = seen.witnesses is None or seen.witnesses.satisfied
                return seen, ExitCode.POSITIVE if enough else ExitCode.INCOMPLETE
            say(f"{now()}  {seen.checkpoint.size} entries, {seen.checkpoint.size - seen.before} new, {seen.told} told")
        time.sleep(every)


def _look(made: Monitor, witnesses: tuple[str, ...], key: VerifierKey, now: Callable[[], str]) -> Seen:
    import hashlib

    from certify_registry.exchange import exchange

    seen = made.look(now())
    for url in witnesses if not seen.fault else ():
        place = f"{url.rstrip('/')}/{hashlib.sha256(key.name.encode()).hexdigest()}/checkpoint"
        answer = exchange("GET", place, max_body=1 << 20)
        if answer.status != 200:
            say(f"{url} knows no checkpoint of this log: status {answer.status}")
            continue
        compared = made.compare(answer.body.decode("utf-8", "replace"), now())
        if compared is not None and compared.fault:
            return compared
    return seen


def policy_of(path: Path | None, key: VerifierKey) -> Any:
    """The witness policy of a file for the log of a key; None without a file."""
    from dataclasses import replace

    from certify.files import read_file
    from certify.trust.tlog_policy import MAX_POLICY, PolicyLog, parse_policy

    if path is None:
        return None
    read = parse_policy(read_file(path, max_bytes=MAX_POLICY).decode("utf-8", "surrogateescape"))
    return replace(read, logs=(PolicyLog(key),))


def _secret(webhooks: list[str] | None, path: Path | None) -> str:
    from certify.files import read_file
    from certify_registry.follow.webhooks import require_secret

    if not webhooks:
        return ""
    if path is None:
        why = "whoever is sent alerts must be able to tell them from forged ones"
        raise UsageError("CERT-E011", "a webhook needs a secret", why, "--secret-file FILE")
    return require_secret(read_file(path, max_bytes=4096).decode("utf-8", "replace").strip())


def _tell(seen: Seen, state: MonitorState, before: int, deliveries: list[Delivery], json: bool) -> None:
    alerts = state.alerts(before)
    if json:
        emit_json("registry", {
            "log": seen.checkpoint.origin, "size": seen.checkpoint.size, "before": seen.before,
            "fault": seen.fault or None, "detail": seen.words or None,
            "alerts": [{"id": one.id, "event": one.kind, "seenAt": one.seen_at, **one.body} for one in alerts],
            "webhooks": [{"url": one.url, "sent": one.sent, "trouble": one.trouble or None} for one in deliveries],
        })  # fmt: skip
        return
    if seen.fault:
        headline(f"{seen.fault.upper()}: {seen.words}.", "fail")
    else:
        emit(f"The log {seen.checkpoint.origin} has taken nothing back.", "pass")
    fields([("entries", f"{seen.checkpoint.size}, {seen.checkpoint.size - seen.before} of them new, all verified")])
    for one in alerts:
        if one.kind == "entry":
            emit(f"  entry {one.body['logIndex']}: {one.body.get('kind', 'of another kind')}, "
                 f"subject {one.body.get('subject', '')[:16]}, key {one.body.get('keyid', '')[:16]}")  # fmt: skip
        else:
            emit(f"\n{one.kind}: the two checkpoints, each signed by the log; together they show it\n")
            emit(f"{one.body['known']}\n{one.body['shown']}")
    for sent in deliveries:
        fields([("webhook", f"{sent.url}: {sent.sent} sent" + (f"; waiting: {sent.trouble}" if sent.trouble else ""))])
