"""Who has said what of a certificate's standing, and how many must agree, by a registry's own books."""

from __future__ import annotations

from bisect import bisect_right

from sqlalchemy import Connection, select

from certify.evidence.certificate import Status
from certify.trust.bundle import Bundle, statement_of
from certify.trust.status import FOUR_EYES, REVOKER, Change, Needed
from certify_registry.store.tables import KeyEvent, table_of

_keys = table_of(KeyEvent)


def change_of(index: int, bundle: Bundle) -> Change:
    """The word that a logged status statement says; whoever logged it has checked its signature.

    Raises:
        HostileInput: CERT-E045, it is no status statement.
    """
    said = Status.from_document(statement_of(bundle).predicate, name="status", by_name=False)
    return Change(index, said, bundle.keyid, bundle.payload_sha256)


def voices_needed(connection: Connection) -> Needed:
    """How many different keys must sign a revocation at a place of the log: two wherever two revokers were enrolled.

    A reader's trust file may ask for more; this is the registry's own word. Source: docs/life-cycle.md, "Four eyes".
    """
    sizes, counts, held = [0], [0], set[str]()
    query = select(_keys.c.event, _keys.c.keyid, _keys.c.size).where(_keys.c.role == REVOKER).order_by(_keys.c.seq)
    for event, keyid, size in connection.execute(query):
        if event == "enrolled":
            held.add(keyid)
        else:
            held.discard(keyid)
        sizes.append(size)
        counts.append(len(held))
    return lambda index: max(1, min(FOUR_EYES, counts[bisect_right(sizes, index) - 1]))
