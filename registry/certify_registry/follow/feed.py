"""Alerts as an Atom feed, which any reader of news follows. Source: RFC 4287."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from certify_registry.follow.state import Alert

NAMESPACE = "http://www.w3.org/2005/Atom"
_FAULTS = {"fork": "FORK: the log has signed two histories", "rollback": "ROLLBACK: the log shows less than it did"}
NEWEST = 100
"""Alerts in a feed."""


def atom_feed(log: str, log_key: str, alerts: Sequence[Alert], updated: str) -> bytes:
    """The feed of a log's alerts.

    Args:
        log: the log's name.
        log_key: its key, which together with an alert's number identifies it.
        alerts: newest first.
        updated: when it was made, ``2026-11-26T17:00:00Z``.
    """
    ElementTree.register_namespace("", NAMESPACE)
    feed = ElementTree.Element(_name("feed"))
    _add(feed, "id", _identity(log_key, "feed"))
    _add(feed, "title", f"Certificate registry {log}")
    _add(feed, "updated", alerts[0].seen_at if alerts else updated)
    _add(ElementTree.SubElement(feed, _name("author")), "name", "certify registry monitor")
    for alert in alerts[:NEWEST]:
        entry = ElementTree.SubElement(feed, _name("entry"))
        _add(entry, "id", _identity(log_key, str(alert.id)))
        _add(entry, "title", _title(alert))
        _add(entry, "updated", alert.seen_at)
        _add(entry, "content", "\n".join(f"{name}: {value}" for name, value in sorted(alert.body.items())), type="text")
    return bytes(ElementTree.tostring(feed, "utf-8", xml_declaration=True))


def _title(alert: Alert) -> str:
    if alert.kind == "entry":
        return f"entry {alert.body['logIndex']}: {alert.body.get('kind', 'of another kind')}"
    return _FAULTS.get(alert.kind, alert.kind)


def _identity(log_key: str, part: str) -> str:
    import uuid

    return uuid.uuid5(uuid.NAMESPACE_URL, f"certify:{log_key}:{part}").urn


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    """An element whose text XML can hold: control characters, which it cannot, are replaced."""
    element = ElementTree.SubElement(parent, _name(tag), attributes)
    element.text = "".join(c if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in text)
