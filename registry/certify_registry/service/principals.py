"""Who asks, and what that allows."""

from __future__ import annotations

from dataclasses import dataclass, field

from certify.evidence.statement import CERTIFICATE, RENDERING, STATUS, VSA
from certify_registry.service.refusals import no_credentials, not_allowed
from certify_registry.service.settings import Role

NEEDED = {CERTIFICATE: "issuer", RENDERING: "issuer", VSA: "issuer", STATUS: "revoker"}
"""The role that handing in a kind of statement takes; others take ``submitter``, which issuers are, too.

It is asked for beside the statement's own signature: who stole a signing key still needs a caller's credentials.
"""


@dataclass(frozen=True)
class Principal:
    """A caller.

    A submitter hands in plans, evaluations and other evidence; an issuer those and decisions, certificates,
    renderings and PDFs; a revoker changes of standing; a policy-admin enrols and retires signing keys; an auditor
    reads what is private, and so may all of them; a witness reads the log.
    """

    name: str
    """Who it is, for the log and the rate limits."""
    roles: frozenset[Role] = field(default=frozenset())
    """What it may do."""
    known: bool = False
    """Whether it showed credentials."""


def require_known(who: Principal) -> None:
    """Return if the caller has shown credentials, which is enough to read the log of a private registry.

    Raises:
        UsageError: CERT-E662.
    """
    if not who.known:
        raise no_credentials("this needs credentials")


def require_role(who: Principal, role: Role) -> None:
    """Return if the caller has a role.

    Raises:
        UsageError: CERT-E662 it showed no credentials; CERT-E663 it has other roles.
    """
    require_known(who)
    if role not in who.roles and not (role == "submitter" and "issuer" in who.roles):
        raise not_allowed(who.name, role)


def require_kind(who: Principal, predicate_type: str) -> None:
    """Return if the caller may hand in statements of a kind.

    Raises:
        UsageError: CERT-E663, it may not.
    """
    role = NEEDED.get(predicate_type, "submitter")
    if role not in who.roles and not (role == "submitter" and "issuer" in who.roles):
        raise not_allowed(who.name, role)


def require_reader(who: Principal) -> None:
    """Return if the caller may read all of a private registry; a witness may not.

    Raises:
        UsageError: CERT-E662 no credentials; CERT-E663 a witness and nothing else.
    """
    require_known(who)
    if not who.roles - {"witness"}:
        raise not_allowed(who.name, "auditor")
