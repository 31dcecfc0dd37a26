"""Trust files made out of public keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from certify.errors import TrustError, UsageError
from certify.evidence.canonical import canonical_bytes
from certify.files import read_file, write_whole
from certify.pipeline.clock import now
from certify.pipeline.workspace import TRUST_FILE, Workspace
from certify.trust.keys import keyid_of_pem, public_key_of, scheme_of
from certify.trust.timestamps import TimestampRoot
from certify.trust.trustfile import ROOT, Role, TrustFile

ROLES: tuple[str, ...] = get_args(Role)
"""What a key can be for."""
SHORTEST_ID = 8
"""Digits of a key id that a person must give; fewer are mistyped too easily."""


@dataclass(frozen=True)
class KeyGrant:
    """A public key and what it may sign."""

    role: str
    """data-steward, evaluator, issuer, revoker, approver, root or witness."""
    party: str
    """Who holds the key."""
    pem: str
    """The public key."""

    @property
    def keyid(self) -> str:
        """Names the key."""
        return keyid_of_pem(self.pem)

    @classmethod
    def parse(cls, text: str) -> KeyGrant:
        """The grant in ``ROLE=PARTY=FILE``.

        Raises:
            UsageError: CERT-E011 another form, CERT-E012 the file cannot be read.
            TrustError: CERT-E041, the file holds no usable public key.
        """
        parts = text.split("=", 2)
        if len(parts) != 3 or not all(parts):
            raise UsageError("CERT-E011", f"{text!r} is not of the form ROLE=PARTY=FILE.pub")
        pem = read_file(Path(parts[2])).decode("ascii", "replace")
        public_key_of(pem)
        return cls(role=parts[0], party=parts[1], pem=pem)


@dataclass(frozen=True)
class KeyTerm:
    """For which part of the log a key counts."""

    keyid: str
    """The key's id, or its first digits."""
    first: int | None
    """First log index at which it counts; as before where absent."""
    end: int | None
    """First log index at which it counts no more; as before where absent."""

    @classmethod
    def parse(cls, text: str) -> KeyTerm:
        """The term in ``KEYID=FROM..UNTIL``, of which one bound may be left out.

        Raises:
            UsageError: CERT-E011, another form.
        """
        found = re.fullmatch(r"([0-9a-f]{8,64})=(\d{0,15})\.\.(\d{0,15})", text, re.ASCII)
        if found is None or not (found[2] or found[3]):
            raise _usage(f"{text!r} is not of the form KEYID=FROM..UNTIL", "such as 3f2a90cc=120.. or 3f2a90cc=..300")
        return cls(found[1], int(found[2]) if found[2] else None, int(found[3]) if found[3] else None)


@dataclass(frozen=True)
class StampRules:
    """What a trust file says of timestamps."""

    roots: Sequence[TimestampRoot] = ()
    """Authorities to add."""
    required: bool | None = None
    """Whether readers insist on timestamps; as before where absent."""

    def fields(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a trust file's document with these rules in them."""
        names = {root.pem for root in self.roots}
        listed = [one for one in document.get("timestampRoots", ()) if one["pem"] not in names]
        listed += [root.document() for root in self.roots]
        required = document.get("timestampsRequired") if self.required is None else self.required
        return {**({"timestampRoots": listed} if listed else {}),
                **({"timestampsRequired": required} if required is not None else {})}  # fmt: skip


@dataclass(frozen=True)
class WitnessRules:
    """What a trust file says of the witnesses of its log."""

    vkeys: Sequence[str] = ()
    """Keys of witnesses to add, one line each."""
    quorum: int | None = None
    """How many must have cosigned; as before where absent."""
    policy: str | None = None
    """All of it as a text, in place of keys and number."""

    def fields(self, log: Mapping[str, Any]) -> dict[str, Any]:
        """The ``log`` of a trust file's document with these rules in it.

        Raises:
            UsageError: CERT-E011, both a text and keys or a number are given.
        """
        if self.policy is not None:
            if self.vkeys or self.quorum is not None:
                raise _usage("a witness policy says all there is to say", "leave out --witness and --quorum")
            return {"origin": log["origin"], "vkey": log["vkey"], "witnessPolicy": self.policy}
        kept = {name: value for name, value in log.items() if name != "witnessPolicy"} if self.vkeys else dict(log)
        if self.vkeys:
            kept["witnesses"] = [*dict.fromkeys([*log.get("witnesses", ()), *self.vkeys])]
        if self.quorum is not None:
            kept["quorum"] = self.quorum
        return kept


def make_trust_file(
    name: str,
    *,
    version: int,
    expires: str,
    log_vkey: str,
    grants: Sequence[KeyGrant],
    witnesses: Sequence[KeyGrant] = (),
    thresholds: Mapping[str, int] | None = None,
    terms: Sequence[KeyTerm] = (),
    stamps: StampRules | None = None,
    log_witnesses: WitnessRules | None = None,
) -> TrustFile:
    """A production trust file; one with root keys is a draft until they have signed it.

    Raises:
        UsageError: CERT-E011, it would have expired already, a threshold or term is for nobody, or the keys and
            roles do not make one, such as one key in two roles.
    """
    document: dict[str, Any] = {
        "schema": "certify/trust/v1",
        "version": version,
        "name": name,
        "environment": "production",
        "expires": expires,
        "keys": {},
        "roles": {},
        "log": {"origin": log_vkey.split("+", 1)[0], "vkey": log_vkey},
        "seedWitnesses": [],
    }
    _add(document, grants, witnesses)
    document.update(stamps.fields(document) if stamps else {})
    document["log"] = log_witnesses.fields(document["log"]) if log_witnesses else document["log"]
    return _finished(document, thresholds or {}, terms)


def next_trust_file(
    old: TrustFile,
    *,
    expires: str | None = None,
    grants: Sequence[KeyGrant] = (),
    remove: Sequence[str] = (),
    witnesses: Sequence[KeyGrant] = (),
    thresholds: Mapping[str, int] | None = None,
    terms: Sequence[KeyTerm] = (),
    stamps: StampRules | None = None,
    log_witnesses: WitnessRules | None = None,
) -> TrustFile:
    """A draft of the next version of a trust file: the old one with keys added and removed.

    Args:
        old: the version in use.
        expires: when the new one runs out; as the old one where absent.
        grants: keys to add, or roles to add to keys.
        remove: key ids, or their first digits, at least eight; everything they signed then counts for nothing.
        witnesses: seed witnesses to add.
        thresholds: role to how many keys must sign.
        terms: keys that count for a part of the log.
        stamps: timestamp authorities to add, and whether timestamps are required; as in the old one where absent.
        log_witnesses: witnesses of the log to add, and how many must have cosigned; as in the old one where absent.

    Raises:
        UsageError: as ``make_trust_file``; CERT-E011, ``remove`` names no key or several.
    """
    document = old.document()
    document["version"] = old.version + 1
    document["expires"] = expires or old.expires
    for named in remove:
        _remove(document, named)
    _add(document, grants, witnesses)
    document.update(stamps.fields(document) if stamps else {})
    document["log"] = log_witnesses.fields(document["log"]) if log_witnesses else document["log"]
    return _finished(document, thresholds or {}, terms)


def _add(document: dict[str, Any], grants: Sequence[KeyGrant], witnesses: Sequence[KeyGrant]) -> None:
    for grant in grants:
        held = document["roles"].setdefault(grant.role, {"keyids": [], "threshold": 1})
        held["keyids"] = [*held["keyids"], grant.keyid]
        entry = {"pem": grant.pem, "party": grant.party, "scheme": scheme_of(public_key_of(grant.pem))}
        document["keys"].setdefault(grant.keyid, entry)
    document["seedWitnesses"] += [{"keyid": w.keyid, "pem": w.pem, "party": w.party} for w in witnesses]


def _finished(document: dict[str, Any], thresholds: Mapping[str, int], terms: Sequence[KeyTerm]) -> TrustFile:
    roles = document["roles"]
    for role in roles:
        if role not in ROLES:
            raise _usage(f"{role!r} is no role", f"the roles are {', '.join(ROLES)}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["expires"], re.ASCII):
        raise _usage(f"{document['expires']!r} is not a time", "write it like 2027-11-23T00:00:00Z")
    for role, threshold in thresholds.items():
        if role not in roles:
            raise _usage(f"no key fills the role {role}, so it cannot need {threshold}", "give it keys with --key")
        roles[role]["threshold"] = threshold
    for term in terms:
        key = document["keys"][_named(document, term.keyid)]
        bounds = {"validFromIndex": term.first, "validUntilIndex": term.end}
        key.update({name: index for name, index in bounds.items() if index is not None})
    try:
        made = TrustFile.parse(canonical_bytes(document))
    except TrustError as error:
        raise _usage(
            f"no trust file can be made of this: {error.what.split(': ', 2)[-1]}",
            "see certify trust make --help, and docs/trust-file.md for what is refused",
        ) from error
    if made.expired(now()):
        raise UsageError(
            "CERT-E011",
            f"the trust file would have expired already, at {made.expires}",
            "no reader accepts an expired trust file",
            "give --expires a moment to come",
        )
    return made


def _remove(document: dict[str, Any], named: str) -> None:
    gone = _named(document, named)
    del document["keys"][gone]
    for role in list(document["roles"]):
        held = document["roles"][role]
        held["keyids"] = [keyid for keyid in held["keyids"] if keyid != gone]
        if not held["keyids"]:
            del document["roles"][role]


def _named(document: dict[str, Any], named: str) -> str:
    keyids: list[str] = list(document["keys"])
    found = [keyid for keyid in keyids if keyid.startswith(named)] if len(named) >= SHORTEST_ID else []
    if len(found) != 1:
        raise _usage(f"{named[:64]!r} names no key, or several", "give its id as certify trust show prints it")
    return found[0]


def _usage(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E011", what, "", hint)


def add_seed_witness(workspace: Workspace, name: str, pem: str) -> TrustFile:
    """The workspace's trust file with one more seed witness and the next version number; stored.

    Raises:
        TrustError: CERT-E042, the key is not Ed25519, or is named already.
        UsageError: CERT-E129, the file is signed by root keys, so nobody else may change it.
    """
    old = workspace.trust
    if old.keys_for(ROOT):
        raise UsageError(
            "CERT-E129",
            "the trust file of this workspace is signed by its root keys",
            "only they can change it",
            "draw up the next version: certify trust make NEXT --from FILE --seed-witness NAME=FILE.pub",
        )
    witness = {"keyid": keyid_of_pem(pem), "pem": pem, "party": name}
    document = old.document()
    document["seedWitnesses"] = [*document.get("seedWitnesses", ()), witness]
    document["version"] = old.version + 1
    new = TrustFile.parse(canonical_bytes(document), name="the trust file")
    write_whole(workspace.home / TRUST_FILE, new.to_bytes())
    return new
