"""What happened to a certificate, in the order of the log."""

from __future__ import annotations

from typing import NamedTuple

from certify.evidence.certificate import Rendering, State, Status
from certify.trust.bundle import parse_bundle, statement_of
from certify_registry.pages.catalogue import Catalogue, Held

_WORDS = {
    State.REVOKED: ("Revoked", "revoked"),
    State.SUSPENDED: ("Suspended", "suspended"),
    State.REINSTATED: ("Reinstated", "valid"),
    State.SUPERSEDED: ("Superseded", "superseded"),
}


class Event(NamedTuple):
    """Something that happened."""

    place: int | None
    """Place in the log; absent for what only the calendar brings."""
    time: str
    """By the signer's clock."""
    word: str
    """What happened."""
    key: str
    """Which status it shows as."""
    text: str
    """The reason, in the signer's words."""
    keyid: str
    """Who signed; empty where nobody did."""


def history(catalogue: Catalogue, held: Held) -> tuple[Event, ...]:
    """Issue, PDF, every change of standing, and the end of validity once it has passed; oldest first.

    Raises:
        RegistryError: CERT-E070, the entries are not those of the signed log.
    """
    made = held.certificate
    events = [Event(held.row.log_index, made.issued_at, "Issued", "valid", "", held.bundle.keyid)]
    rendering = catalogue.reader.rendering_of(held.row.serial)
    if rendering is not None:
        events.append(_drawn(*rendering))
    events += [_changed(*entry) for entry in catalogue.reader.statuses(held.row.serial)]
    events.sort(key=lambda one: one.place or 0)
    if catalogue.now >= made.valid_until:
        events.append(Event(None, made.valid_until, "Expired", "expired", "Its validity ended.", ""))
    return tuple(events)


def _drawn(index: int, data: bytes) -> Event:
    bundle = parse_bundle(data)
    made = Rendering.from_document(statement_of(bundle).predicate, name="rendering", by_name=False)
    text = f"sha256 {made.pdf_sha256}; drawn by {made.renderer}"
    return Event(index, made.rendered_at, "PDF signed", "valid", text, bundle.keyid)


def _changed(index: int, data: bytes) -> Event:
    bundle = parse_bundle(data)
    made = Status.from_document(statement_of(bundle).predicate, name="status", by_name=False)
    word, key = _WORDS[made.state]
    return Event(index, made.declared_at, word, key, made.reason, bundle.keyid)
