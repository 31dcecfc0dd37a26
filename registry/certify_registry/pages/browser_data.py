"""What the page for dropped files must hold before anything is dropped on it, since it asks nothing afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certify_registry.answering import ask_registry
from certify_registry.pages.catalogue import Catalogue
from certify_registry.reader import Reader
from certify_registry.store.lookup import CertificateRow


def browser_data(catalogue: Catalogue, rows: Sequence[CertificateRow], *, complete: bool) -> dict[str, Any]:
    """The data of the page: keys, the log's key, and the answer about each of ``rows``.

    Args:
        catalogue: reads the registry.
        rows: certificates whose files can be checked.
        complete: whether these are all that the registry holds.
    """
    reader = catalogue.reader
    return {
        "schema": "certify/browser/v1",
        "origin": reader.origin,
        "vkey": reader.vkey,
        "size": reader.size,
        "loadedAt": catalogue.now,
        "complete": complete,
        "keys": _keys(reader),
        "certificates": {row.serial: _known(reader, row) for row in rows},
    }


def _known(reader: Reader, row: CertificateRow) -> dict[str, Any]:
    """What the page holds of a certificate; ``needed`` is how many revokers had to sign each change of standing."""
    needed = reader.voices_needed()
    return {
        "logIndex": row.log_index,
        "answer": ask_registry(reader, row.serial).document(),
        "needed": [needed(index) for index, _ in reader.statuses(row.serial)],
    }


def _keys(reader: Reader) -> dict[str, Any]:
    """Key id to PEM text, holder and roles, of every key that the registry takes statements from or once did.

    The log took what a former key signed only while the key was enrolled, so it is still shown as signed.
    """
    found: dict[str, Any] = {}
    enrolled = {keyid for keyid, _ in reader.enrolled()}
    for (keyid, role), (pem, party) in sorted(reader.every_key().items()):
        key = found.setdefault(keyid, {"pem": pem, "party": party, "roles": [], "former": keyid not in enrolled})
        key["roles"].append(role)
    return found
