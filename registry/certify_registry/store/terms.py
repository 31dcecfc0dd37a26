"""What certificates are found by: terms that follow from the certificate statements alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, exists, insert, select

from certify.evidence.certificate import Certificate
from certify.evidence.statement import CERTIFICATE, Statement
from certify.trust.bundle import parse_bundle, statement_of
from certify_registry.store.blobs import BlobStore
from certify_registry.store.index_rows import folded
from certify_registry.store.tables import Entry, Term, table_of

_entries, _terms = table_of(Entry), table_of(Term)

PROSE = ("name", "issuer")
"""Kinds whose terms are names that people write in several ways; they are kept folded."""
DIGESTS = ("model", "weights", "release", "dataset", "policy-digest", "key")
"""Kinds whose terms are SHA-256 digests."""


class TermOf(NamedTuple):
    """One thing a certificate is found by."""

    kind: str
    """What it is: ``issuer``, ``policy``, ``key`` and so on."""
    term: str
    """Its value; names without differences of case and spacing."""


def terms_of(statement: Statement, keyid: str) -> frozenset[TermOf]:
    """The terms of a statement; none for kinds other than certificates.

    Args:
        statement: what was signed.
        keyid: the key that signed it.

    Raises:
        HostileInput: CERT-E045, the predicate is not what its type says.
    """
    if statement.predicate_type != CERTIFICATE:
        return frozenset()
    made = Certificate.from_document(statement.predicate, name="certificate", by_name=False)
    keys = {keyid, *(one.keyid for one in made.evidence)}
    return frozenset(
        [
            TermOf("model", made.model.identity),
            TermOf("weights", made.model.weights_digest),
            TermOf("release", made.model.release_digest),
            TermOf("name", folded(made.model.name)),
            TermOf("issuer", folded(made.issuer)),
            TermOf("policy", made.policy.id),
            TermOf("policy", f"{made.policy.id}@{made.policy.version}"),
            TermOf("policy-digest", made.policy.sha256),
            TermOf("engine", f"{made.configuration.engine} {made.configuration.engine_version}"),
            *(TermOf("dataset", one.identity) for one in made.datasets),
            *(TermOf("key", key) for key in keys),
        ]
    )


def store_terms(connection: Connection, log_index: int, terms: Iterable[TermOf]) -> None:
    """Write what the certificate at ``log_index`` is found by."""
    rows = [{"log_index": log_index, **term._asdict()} for term in sorted(terms)]
    if rows:
        connection.execute(insert(_terms), rows)


def fill_terms(connection: Connection, blobs: BlobStore) -> None:
    """Write the terms of certificates that were logged before there were any.

    Raises:
        RegistryError: CERT-E070, a statement is damaged on disk.
    """
    known = exists().where(_terms.c.log_index == _entries.c.log_index)
    query = select(_entries.c.log_index, _entries.c.keyid, _entries.c.bundle_sha256)
    query = query.where(_entries.c.predicate_type == CERTIFICATE, ~known)
    for index, keyid, bundle in connection.execute(query).all():
        store_terms(connection, index, terms_of(statement_of(parse_bundle(blobs.get(bundle, connection))), keyid))
