"""What the log takes: statements by enrolled keys, each at its time and in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from certify.errors import CertifyError, HostileInput, RegistryError, UsageError
from certify.evidence.canonical import canonical_digest
from certify.evidence.merkle import leaf_hash
from certify.evidence.statement import (
    APPROVAL,
    CERTIFICATE,
    EVALUATION,
    INTERIM,
    PLAN,
    RENDERING,
    STATUS,
    VSA,
    WAIVER,
    Statement,
)
from certify.trust.bundle import Bundle, parse_bundle, statement_of, verify_signature
from certify.trust.keys import keyid_of_pem, public_key_of
from certify.trust.log_entry import entry_of
from certify_registry.log.tiles import MAX_ENTRY
from certify_registry.store.index_rows import IndexRow, index_rows
from certify_registry.store.lookup import entry_of_payload
from certify_registry.store.tables import CertificateEntry, EvaluationEntry, KeyEvent, PlanEntry, table_of
from certify_registry.store.terms import TermOf, terms_of

ROLES = ("data-steward", "evaluator", "issuer", "revoker", "approver")
ROLE_OF = {
    PLAN: "evaluator",
    INTERIM: "evaluator",
    EVALUATION: "evaluator",
    VSA: "issuer",
    CERTIFICATE: "issuer",
    RENDERING: "issuer",
    STATUS: "revoker",
    APPROVAL: "approver",
    WAIVER: "approver",
}
"""Who may log what; statements of other kinds are taken from any enrolled key."""

_keys, _plans = table_of(KeyEvent), table_of(PlanEntry)
_evaluations, _certificates = table_of(EvaluationEntry), table_of(CertificateEntry)


@dataclass(frozen=True)
class Submission:
    """A bundle, taken apart."""

    bundle: Bundle
    statement: Statement
    leaf: bytes
    rows: tuple[IndexRow, ...]
    terms: frozenset[TermOf]

    @property
    def leaf_hash(self) -> bytes:
        """What makes it the same entry."""
        return leaf_hash(self.leaf)


def read_submission(data: bytes) -> Submission:
    """The parts of an untrusted bundle.

    Raises:
        HostileInput: not a bundle, not a statement, a predicate that is not what its type says,
            or names so long that the leaf does not fit (CERT-E074).
    """
    bundle = parse_bundle(data)
    statement = statement_of(bundle)
    leaf = entry_of(bundle, statement).to_bytes()
    if len(leaf) > MAX_ENTRY:
        raise HostileInput("CERT-E074", "the statement's names are too long for the log")
    rows, terms = index_rows(statement, bundle.payload_sha256), terms_of(statement, bundle.keyid)
    return Submission(bundle, statement, leaf, rows, terms)


def check_signer(connection: Connection, submission: Submission) -> None:
    """Return if an enrolled key with the right role signed it.

    Raises:
        RegistryError: CERT-E074, the key is not enrolled for this.
        HostileInput: the signature does not belong to the statement.
    """
    roles = enrolled_roles(connection, submission.bundle.keyid)
    verify_signature(submission.bundle, require_role(roles, submission))


def require_role(roles: Mapping[str, str], submission: Submission) -> str:
    """The PEM text of a statement's key, if its roles are enough for the statement.

    Args:
        roles: the roles the key has now, each with its PEM text.
        submission: the statement; its signature is not looked at.

    Raises:
        RegistryError: CERT-E074, the key is not enrolled for this.
    """
    keyid, role = submission.bundle.keyid, ROLE_OF.get(submission.statement.predicate_type)
    if not roles:
        raise _not_admitted(f"the key {keyid[:16]}… is not enrolled")
    if role is not None and role not in roles:
        raise _not_admitted(f"the key {keyid[:16]}… is enrolled as {', '.join(sorted(roles))}, not as {role}")
    return next(iter(roles.values()))


def check_order(connection: Connection, submission: Submission, now: str) -> None:
    """Return if the log may take this statement now, after all that it holds.

    Raises:
        RegistryError: CERT-E077 the log already has the one that counts; CERT-E078 past the plan's deadline;
            CERT-E079 it speaks of a plan, decision or certificate that is not in the log; CERT-E626 it names a
            successor that is older than what it succeeds.
    """
    if submission.statement.predicate_type == APPROVAL:
        _known_decision(connection, submission.statement.subject[0].digest.sha256)
    for row in submission.rows:
        if row.table is EvaluationEntry:
            _check_evaluation(connection, row, now)
        elif row.table is CertificateEntry:
            _check_certificate(connection, row)
        elif "serial" in row.values:
            _known_certificate(connection, str(row.values["serial"]))
    if submission.statement.predicate_type == STATUS:
        _check_successor(connection, submission.statement.predicate)


def enrolled_roles(connection: Connection, keyid: str) -> dict[str, str]:
    """The roles a key has now, each with its PEM text."""
    roles: dict[str, str] = {}
    query = select(_keys.c.event, _keys.c.role, _keys.c.pem).where(_keys.c.keyid == keyid).order_by(_keys.c.seq)
    for event, role, pem in connection.execute(query):
        if event == "enrolled":
            roles[role] = pem
        else:
            roles.pop(role, None)
    return roles


def known_keys(connection: Connection) -> dict[str, str]:
    """The PEM text of every key that was ever enrolled, by key id."""
    return dict(connection.execute(select(_keys.c.keyid, _keys.c.pem)).tuples().all())


def last_key_event(connection: Connection) -> int | None:
    """The number of the newest event about keys, or None where there is none."""
    return connection.execute(select(_keys.c.seq).order_by(_keys.c.seq.desc()).limit(1)).scalar()


def all_enrolled(connection: Connection) -> dict[tuple[str, str], tuple[str, str]]:
    """Every key the log takes statements from now: (key id, role) to its PEM text and who holds it."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    columns = (_keys.c.event, _keys.c.keyid, _keys.c.role, _keys.c.pem, _keys.c.party)
    for event, keyid, role, pem, party in connection.execute(select(*columns).order_by(_keys.c.seq)):
        if event == "enrolled":
            found[keyid, role] = (pem, party)
        else:
            found.pop((keyid, role), None)
    return found


def every_key(connection: Connection) -> dict[tuple[str, str], tuple[str, str]]:
    """Every key the log takes statements from or once did: (key id, role) to its PEM text and who held it last."""
    columns = (_keys.c.keyid, _keys.c.role, _keys.c.pem, _keys.c.party)
    found = connection.execute(select(*columns).order_by(_keys.c.seq))
    return {(keyid, role): (pem, party) for keyid, role, pem, party in found}


def was_retired(connection: Connection, keyid: str, role: str) -> bool:
    """Whether the last word on a key in a role is that the log takes no more from it."""
    query = select(_keys.c.event).where(_keys.c.keyid == keyid, _keys.c.role == role).order_by(_keys.c.seq.desc())
    return connection.execute(query.limit(1)).scalar() == "retired"


def record_key(connection: Connection, event: str, *, pem: str, party: str, role: str, size: int) -> None:
    """Write that a key was enrolled or retired.

    Raises:
        UsageError: CERT-E074, no such role, or no party.
        TrustError: CERT-E041, not a usable public key.
    """
    if role not in ROLES or not party.strip() or "\x00" in party:
        raise UsageError("CERT-E074", f"a key needs a party and one of the roles {', '.join(ROLES)}, not {role!r}")
    public_key_of(pem)
    last = last_key_event(connection)
    values: dict[str, int | str] = {
        "seq": 0 if last is None else last + 1,
        "event": event,
        "keyid": keyid_of_pem(pem),
        "role": role,
        "party": party,
        "pem": pem,
        "size": size,
    }
    connection.execute(insert(_keys), [{**values, "guard": guard_of(values)}])


def guard_of(values: dict[str, int | str]) -> str:
    """A digest over the columns that nothing else commits to, so that a damaged row is noticed."""
    return canonical_digest(values)


def _check_evaluation(connection: Connection, row: IndexRow, now: str) -> None:
    plan, payload = str(row.values["plan_sha256"]), row.values["payload_sha256"]
    deadline = connection.execute(select(_plans.c.deadline).where(_plans.c.payload_sha256 == plan)).scalar()
    if deadline is None:
        raise RegistryError("CERT-E079", f"the log does not hold the plan {plan[:16]}…", "", "log the plan first")
    query = select(_evaluations.c.payload_sha256).where(_evaluations.c.plan_sha256 == plan)
    first = connection.execute(query).scalar()
    if first == payload:
        return
    if first is not None:
        why = "the first evaluation logged for a plan is the only one; results cannot be chosen afterwards"
        raise RegistryError("CERT-E077", f"the plan {plan[:16]}… already has its evaluation", why, "make a new plan")
    if now > deadline:
        why = "a plan without a logged evaluation at its deadline counts as failed"
        raise RegistryError("CERT-E078", f"the plan's deadline was {deadline}, and it is {now}", why, "make a new plan")


def _check_certificate(connection: Connection, row: IndexRow) -> None:
    serial = str(row.values["serial"])
    query = select(_certificates.c.payload_sha256).where(_certificates.c.serial == serial)
    first = connection.execute(query).scalar()
    if first is not None and first != row.values["payload_sha256"]:
        why = "a serial stands for one certificate, for good"
        raise RegistryError("CERT-E077", f"the log already holds another certificate {serial}", why, "decide anew")


def _known_certificate(connection: Connection, serial: str) -> int:
    query = select(_certificates.c.log_index).where(_certificates.c.serial == serial)
    index: int | None = connection.execute(query).scalar()
    if index is None:
        hint = "check the serial; it is printed on page one"
        raise RegistryError("CERT-E079", f"the log holds no certificate {serial}", "", hint)
    return index


def _check_successor(connection: Connection, status: dict[str, Any]) -> None:
    successor = status.get("supersededBy")
    if successor is None:
        return
    if _known_certificate(connection, successor) <= _known_certificate(connection, status["serial"]):
        why = "a certificate is superseded by one that was issued after it"
        hint = "check which of the two serials is the newer certificate"
        raise RegistryError("CERT-E626", f"{successor} is older than {status['serial']}", why, hint)


def _known_decision(connection: Connection, payload_sha256: str) -> None:
    entry = entry_of_payload(connection, payload_sha256)
    if entry is None or entry.predicate_type != VSA:
        why = "nobody can approve what has not been decided"
        raise RegistryError("CERT-E079", f"the log holds no decision {payload_sha256[:16]}…", why, "log it first")


def _not_admitted(why: str) -> CertifyError:
    hint = "enrol the key in this registry, or sign with the key that has the role"
    return RegistryError("CERT-E074", "the log does not take this statement", why, hint)
