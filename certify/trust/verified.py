"""Statements whose signature and role have been checked; nothing else can make one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from typing import Generic, TypeVar, cast

from certify.errors import HostileInput
from certify.evidence.base import Value
from certify.evidence.decision import Decision
from certify.evidence.statement import SHORT_NAMES, VSA, Statement
from certify.trust.bundle import Bundle, statement_of, verify_signature
from certify.trust.summary import decision_of
from certify.trust.trustfile import TrustFile

T = TypeVar("T", bound=Value)

_TOKEN = object()


@dataclass(frozen=True)
class Verified(Generic[T]):
    """A value that a trusted key signed, in a role it may sign for."""

    value: T
    """The claim."""
    statement: Statement
    """The statement it stands in, with its subject."""
    payload_sha256: str
    """Names the statement."""
    keyid: str
    """Who signed; the first of them in order of key ids where a threshold asks for several."""
    party: str
    """Who holds that key, as the trust file has it."""
    keyids: tuple[str, ...]
    """All who signed, sorted."""
    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        """Refuse to exist unless this module checked the signature.

        Raises:
            TypeError: made anywhere else.
        """
        if token is not _TOKEN:
            raise TypeError("only a signature check makes a verified value")


def verify_statement(
    bundle: Bundle, *, role: str, predicate_type: str, model: type[T], trust: TrustFile
) -> Verified[T]:
    """The claim of a bundle, if a key that fills ``role`` signed it and it is of the kind asked for.

    Raises:
        HostileInput: CERT-E043 the role needs more signatures; CERT-E044 the signature does not match;
            CERT-E045 malformed, or another kind of statement; CERT-E055 the signer does not fill the role.
    """
    return verify_threshold([bundle], role=role, predicate_type=predicate_type, model=model, trust=trust)


def verify_voice(bundle: Bundle, *, role: str, predicate_type: str, model: type[T], trust: TrustFile) -> Verified[T]:
    """The claim of one of those who fill ``role``, whatever the role's threshold: whoever counts voices counts keys.

    Raises:
        HostileInput: as ``verify_statement``, except that one signature is always enough.
    """
    _require_role(bundle, role, trust)
    return _verified([bundle], (bundle.keyid,), predicate_type, model, trust)


def verify_threshold(
    bundles: Sequence[Bundle], *, role: str, predicate_type: str, model: type[T], trust: TrustFile
) -> Verified[T]:
    """The claim of several bundles over one payload, if enough different keys that fill ``role`` signed it.

    Every bundle must verify; copies of one key's signature count once.

    Raises:
        HostileInput: as ``verify_statement``; CERT-E043 too few keys, or the payloads differ.
    """
    if len({bundle.payload for bundle in bundles}) != 1:
        raise HostileInput("CERT-E043", "the signatures are not over one and the same statement")
    for bundle in bundles:
        _require_role(bundle, role, trust)
    keyids = tuple(sorted({bundle.keyid for bundle in bundles}))
    _require_enough(keyids, role, trust)
    return _verified(bundles, keyids, predicate_type, model, trust)


def _verified(
    bundles: Sequence[Bundle], keyids: tuple[str, ...], predicate_type: str, model: type[T], trust: TrustFile
) -> Verified[T]:
    statement = statement_of(bundles[0])
    if statement.predicate_type != predicate_type:
        wanted, found = (SHORT_NAMES.get(uri, uri[:200]) for uri in (predicate_type, statement.predicate_type))
        raise HostileInput("CERT-E045", f"the statement is of kind {found} where {wanted} is needed")
    return Verified(
        value=_claim(statement, model),
        statement=statement,
        payload_sha256=bundles[0].payload_sha256,
        keyid=keyids[0],
        party=trust.party_of(keyids[0]),
        keyids=keyids,
        token=_TOKEN,
    )


def _require_role(bundle: Bundle, role: str, trust: TrustFile) -> None:
    key = trust.keys_for(role).get(bundle.keyid)
    if key is None:
        known = bundle.keyid in trust.keys
        raise HostileInput(
            "CERT-E055",
            f"the signer is not trusted as {role}",
            f"{trust.party_of(bundle.keyid)} signed, and holds no key for that role" if known else "the key is unknown",
            f"the trust file {trust.name} says who may sign; do not add a key on the word of the file being checked",
        )
    verify_signature(bundle, key.pem)


def _require_enough(keyids: tuple[str, ...], role: str, trust: TrustFile) -> None:
    needed = trust.threshold_for(role)
    if len(keyids) < needed:
        raise HostileInput(
            "CERT-E043",
            f"{len(keyids)} of the {needed} signatures that the role {role} needs are there",
            hint="collect the other signers' bundles over the same statement",
        )


def _claim(statement: Statement, model: type[T]) -> T:
    if statement.predicate_type == VSA and issubclass(model, Decision):
        return cast("T", decision_of(statement))
    name = SHORT_NAMES.get(statement.predicate_type, "predicate")
    return model.from_document(statement.predicate, name=name, by_name=False)
