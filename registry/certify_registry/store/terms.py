"""What certificates are found by: terms that follow from the statements of certificates and their plans alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, insert, select

from certify.evidence.certificate import Certificate
from certify.evidence.plan import Plan
from certify.evidence.statement import CERTIFICATE, PLAN, Statement
from certify.trust.bundle import parse_bundle, statement_of
from certify_registry.store.blobs import BlobStore
from certify_registry.store.index_rows import folded
from certify_registry.store.tables import Entry, Term, table_of

_entries, _terms = table_of(Entry), table_of(Term)

PROSE = ("name", "issuer", "benchmark", "dataset-name")
"""Kinds whose terms are names that people write in several ways; they are kept folded."""
DIGESTS = ("model", "weights", "release", "dataset", "policy-digest", "key", "evidence")
"""Kinds whose terms are SHA-256 digests."""
PLANNED = ("check", "benchmark", "benchmark-digest")
"""Kinds whose terms stand at the plan; a certificate has those of the plan among its evidence."""
_NAMED = ("benchmark", "benchmarks", "control", "task")
"""Parameters of checks that name what is asked or looked for."""
_SOFTWARE = re.compile(r"([A-Za-z][\w.-]*) v?(\d[\w.+-]*)")


class TermOf(NamedTuple):
    """One thing a certificate is found by."""

    kind: str
    """What it is: ``issuer``, ``policy``, ``key`` and so on."""
    term: str
    """Its value; names without differences of case and spacing."""


def terms_of(statement: Statement, keyid: str) -> frozenset[TermOf]:
    """The terms of a statement; none for kinds other than certificates and plans.

    Args:
        statement: what was signed.
        keyid: the key that signed it.

    Raises:
        HostileInput: CERT-E045, the predicate is not what its type says.
    """
    if statement.predicate_type == PLAN:
        return frozenset(_planned(Plan.from_document(statement.predicate, name="plan", by_name=False)))
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
            TermOf("engine", made.configuration.engine),
            TermOf("engine", f"{made.configuration.engine} {made.configuration.engine_version}"),
            *(TermOf("software", f"{name} {version}") for name, version in software(made.configuration.engine_version)),
            *(TermOf("dataset", one.identity) for one in made.datasets),
            *(TermOf("dataset-name", folded(one.name)) for one in made.datasets),
            *(TermOf("key", key) for key in keys),
            *(TermOf("evidence", one.payload_sha256) for one in made.evidence),
        ]
    )


def software(versions: str) -> tuple[tuple[str, str], ...]:
    """Name, in small letters, and version of each library in the line by which an engine describes itself."""
    return tuple(sorted({(name.lower(), version.rstrip(".")) for name, version in _SOFTWARE.findall(versions)}))


def asked_by(parameters: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The benchmarks that a planned check names, and the SHA-256 digests of the files it reads."""
    names: set[str] = set()
    for key in _NAMED:
        names |= set(_texts(parameters.get(key)))
    digests = {text for key, value in parameters.items() if key.lower().endswith("sha256") for text in _texts(value)}
    return frozenset(names), frozenset(digests)


def _planned(plan: Plan) -> Iterator[TermOf]:
    for check in plan.checks:
        names, digests = asked_by(check.parameters)
        yield TermOf("check", check.id)
        yield from (TermOf("benchmark", folded(name)) for name in names)
        yield from (TermOf("benchmark-digest", digest) for digest in digests)


def _texts(value: Any) -> Iterator[str]:
    """The texts in a parameter: itself, those of a list, or the values of an object."""
    many = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else (value,)
    yield from (text for text in many if isinstance(text, str))


def store_terms(connection: Connection, log_index: int, terms: Iterable[TermOf]) -> None:
    """Write what the certificate at ``log_index`` is found by."""
    rows = [{"log_index": log_index, **term._asdict()} for term in sorted(terms)]
    if rows:
        connection.execute(insert(_terms), rows)


def fill_terms(connection: Connection, blobs: BlobStore) -> None:
    """Write the terms of certificates and plans that were logged before there were any.

    Raises:
        RegistryError: CERT-E070, a statement is damaged on disk.
    """
    known = exists().where(_terms.c.log_index == _entries.c.log_index)
    query = select(_entries.c.log_index, _entries.c.keyid, _entries.c.bundle_sha256)
    query = query.where(_entries.c.predicate_type.in_((CERTIFICATE, PLAN)), ~known)
    for index, keyid, bundle in connection.execute(query).all():
        store_terms(connection, index, terms_of(statement_of(parse_bundle(blobs.get(bundle, connection))), keyid))
