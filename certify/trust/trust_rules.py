"""What a trust file must hold beyond its form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from certify.errors import TrustError
from certify.trust.cosignature import parse_cosigner_vkey
from certify.trust.keys import Scheme, keyid_of_pem, public_key_of, scheme_of
from certify.trust.note import parse_vkey
from certify.trust.timestamps import certificates_of
from certify.trust.tlog_policy import PolicyLog, TlogPolicy, counted_policy, parse_policy, unusable

if TYPE_CHECKING:
    from certify.trust.trustfile import TrustedKey, TrustedLog, TrustedRole, TrustFile


def check_consistent(trust: TrustFile) -> None:
    """Return if every key is what its id says, every role can be filled, and duties are apart where they must be.

    Raises:
        ValueError: the first thing that is wrong, in a sentence.
    """
    _check_time(trust.expires)
    for keyid, key in trust.keys.items():
        _check_key(keyid, key.pem, key.scheme, f"key {keyid[:8]}")
        _check_window(key, f"key {keyid[:8]}")
    for witness in trust.seed_witnesses:
        _check_key(witness.keyid, witness.pem, "ed25519", f"seed witness {witness.party}")
    for role, held in trust.roles.items():
        _check_role(role, held, trust.keys)
    _refuse_repeats((witness.keyid for witness in trust.seed_witnesses), "the seed witnesses")
    if trust.environment == "production":
        _refuse_shared_keys(trust)
    _check_log(trust.log)
    _check_timestamps(trust)


def _check_timestamps(trust: TrustFile) -> None:
    for root in trust.timestamp_roots or ():
        try:
            certificates_of(root.pem)
        except ValueError as error:
            raise ValueError(f"timestamp root {root.party}: {error}") from error
    if trust.timestamps_required and not trust.timestamp_roots:
        raise ValueError("timestamps are required, and no timestamp authority is named")


def _check_time(text: str) -> None:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError as error:
        raise ValueError(f"{text} is not a date of the calendar") from error


def _check_key(keyid: str, pem: str, scheme: Scheme, label: str) -> None:
    try:
        found = scheme_of(public_key_of(pem))
    except TrustError as error:
        raise ValueError(f"{label}: {error.what}") from error
    if found != scheme:
        raise ValueError(f"{label} is declared as {scheme} but is {found}")
    if keyid_of_pem(pem) != keyid:
        raise ValueError(f"{label} has the id of another key; its own is {keyid_of_pem(pem)}")


def _check_window(key: TrustedKey, label: str) -> None:
    first, end = key.valid_from_index, key.valid_until_index
    if first is not None and end is not None and first >= end:
        raise ValueError(f"{label} would count from entry {first} until before entry {end}, which is nowhere")


def _check_role(role: str, held: TrustedRole, keys: dict[str, TrustedKey]) -> None:
    _refuse_repeats(held.keyids, f"the role {role}")
    unknown = [keyid for keyid in held.keyids if keyid not in keys]
    if unknown:
        raise ValueError(f"the role {role} names the key {unknown[0][:16]}, which is not among the keys")
    if held.threshold > len(held.keyids):
        raise ValueError(f"the role {role} asks for {held.threshold} signatures of {len(held.keyids)} keys")
    if role == "root" and any(keys[keyid].bounded for keyid in held.keyids):
        raise ValueError("a root key has a term in the log, which holds no trust files; leave the key out instead")


def _check_log(log: TrustedLog) -> None:
    if _vkey_name(log.vkey) != log.origin:
        raise ValueError(f"the log key does not carry the log's name {log.origin}")
    if log.witness_policy is not None and (log.witnesses or log.quorum):
        raise ValueError("the log has both a witness policy and a list of witnesses; one of them decides")
    try:
        policy = log.policy
    except TrustError as error:
        raise ValueError(f"the witnesses of the log: {error.why or error.what}") from error
    own = parse_vkey(log.vkey).public_key
    if any(witness.key.public_key == own for witness in policy.witnesses):
        raise ValueError("the log is named as a witness of itself")


@lru_cache(maxsize=64)
def log_policy(vkey: str, witnesses: tuple[str, ...], quorum: int, text: str | None) -> TlogPolicy:
    """The witness policy of a trust file's log; takes the fields of ``TrustedLog``.

    Raises:
        TrustError: CERT-E075, a key cannot be used; CERT-E641, the policy cannot, or it speaks of other logs.
    """
    log = parse_vkey(vkey)
    if text is None:
        return counted_policy(log, [parse_cosigner_vkey(one) for one in witnesses], quorum)
    policy = parse_policy(text)
    if policy.logs and log not in [one.key for one in policy.logs]:
        raise unusable(f"it does not name the log {log.name}")
    return replace(policy, logs=(PolicyLog(log),))


def _vkey_name(text: str) -> str:
    try:
        return parse_vkey(text).name
    except TrustError as error:
        raise ValueError(f"the checkpoint key {text[:60]!r} cannot be used: {error.why}") from error


def _refuse_repeats(values: Iterable[str], label: str) -> None:
    listed = list(values)
    if len(set(listed)) != len(listed):
        raise ValueError(f"{label} name the same key twice")


def _refuse_shared_keys(trust: TrustFile) -> None:
    places = [(keyid, str(name)) for name, held in trust.roles.items() for keyid in held.keyids]
    places += [(witness.keyid, "seed witness") for witness in trust.seed_witnesses]
    seen: dict[str, str] = {}
    for keyid, place in places:
        if keyid in seen:
            raise ValueError(f"key {keyid[:16]} is both {seen[keyid]} and {place}; in production each duty has its own")
        seen[keyid] = place
