"""What a new version of a trust file changes, in sentences that a keyholder reads before signing."""

from __future__ import annotations

from collections.abc import Iterator

from certify.trust.key_window import KeyWindow
from certify.trust.trustfile import TrustedLog, TrustedRole, TrustFile


def differences(old: TrustFile, new: TrustFile) -> tuple[str, ...]:
    """Every difference but the version number, one sentence each; empty where nothing else changes."""
    return (*_header(old, new), *_keys(old, new), *_roles(old, new), *_witnesses(old, new), *_authorities(old, new))


def describe_window(key: KeyWindow) -> str:
    """For which part of the log a key counts, in words; empty for all of it."""
    parts = []
    if key.valid_from_index is not None:
        parts.append(f"from entry {key.valid_from_index}")
    if key.valid_until_index is not None:
        parts.append(f"until before entry {key.valid_until_index}")
    if key.revoked is not None:
        parts.append(f"REVOKED from entry {key.revoked.index} on: {key.revoked.reason}")
    return ", ".join(parts)


def _header(old: TrustFile, new: TrustFile) -> Iterator[str]:
    for label, before, after in (
        ("name", old.name, new.name),
        ("environment", old.environment, new.environment),
        ("expiry", old.expires, new.expires),
        ("log", old.log_vkey, new.log_vkey),
        ("oldest acceptable status, days", old.status_max_age_days, new.status_max_age_days),
    ):
        if before != after:
            yield f"{label}: {before} -> {after}"
    yield from _log_witnesses(old.log, new.log)


def _log_witnesses(old: TrustedLog, new: TrustedLog) -> Iterator[str]:
    before, after = ({one.key: one.key.name for one in log.policy.witnesses} for log in (old, new))
    for change, names in (("removed", before.items() - after.items()), ("added", after.items() - before.items())):
        for key, name in sorted(names):
            yield f"witness of the log {change}: {name}, {key.algorithm} key {key.key_id.hex()}"
    if old.quorum != new.quorum:
        yield f"witnesses that must have cosigned a checkpoint: {old.quorum} -> {new.quorum}"
    if (old.witness_policy or "") != (new.witness_policy or ""):
        yield f"witness policy of the log: {old.witness_policy or 'none'} -> {new.witness_policy or 'none'}"


def _keys(old: TrustFile, new: TrustFile) -> Iterator[str]:
    both = {**old.keys, **new.keys}
    for keyid in sorted(both, key=lambda keyid: (both[keyid].party, keyid)):
        before, after, name = old.keys.get(keyid), new.keys.get(keyid), f"key {keyid[:16]}"
        if before is None and after is not None:
            window = describe_window(after)
            yield f"{name} added: {after.party}" + (f", {window}" if window else "")
        elif after is None and before is not None:
            yield f"{name} removed: {before.party}; everything it signed counts for nothing"
        elif before is not None and after is not None and before != after:
            yield from _changed(name, before.party, after.party, describe_window(before), describe_window(after))


def _changed(name: str, old_party: str, party: str, old_window: str, window: str) -> Iterator[str]:
    if old_party != party:
        yield f"{name}: held by {old_party} -> {party}"
    if old_window != window:
        yield f"{name} of {party}: {old_window or 'the whole log'} -> {window or 'the whole log'}"


def _roles(old: TrustFile, new: TrustFile) -> Iterator[str]:
    before = {str(name): held for name, held in old.roles.items()}
    after = {str(name): held for name, held in new.roles.items()}
    for name in sorted(before.keys() | after.keys()):
        mine, yours = before.get(name), after.get(name)
        gone, come = set(_keyids(mine)) - set(_keyids(yours)), set(_keyids(yours)) - set(_keyids(mine))
        yield from (f"{name}: no longer key {keyid[:16]}" for keyid in sorted(gone))
        yield from (f"{name}: now also key {keyid[:16]}" for keyid in sorted(come))
        needs = [held.threshold if held else 1 for held in (mine, yours)]
        if yours is not None and needs[0] != needs[1]:
            yield f"{name}: {needs[0]} signatures -> {needs[1]}"


def _keyids(held: TrustedRole | None) -> tuple[str, ...]:
    return held.keyids if held else ()


def _witnesses(old: TrustFile, new: TrustFile) -> Iterator[str]:
    before = {witness.keyid: witness.party for witness in old.seed_witnesses}
    after = {witness.keyid: witness.party for witness in new.seed_witnesses}
    yield from (f"seed witness removed: {before[keyid]}" for keyid in sorted(before.keys() - after.keys()))
    yield from (f"seed witness added: {after[keyid]}" for keyid in sorted(after.keys() - before.keys()))
    for keyid in sorted(before.keys() & after.keys()):
        if before[keyid] != after[keyid]:
            yield f"seed witness {keyid[:16]}: held by {before[keyid]} -> {after[keyid]}"


def _authorities(old: TrustFile, new: TrustFile) -> Iterator[str]:
    before, after = set(old.timestamp_roots or ()), set(new.timestamp_roots or ())
    for change, roots in (("removed", before - after), ("added", after - before)):
        for root in sorted(roots, key=lambda root: (root.party, root.pem)):
            yield f"timestamp authority {change}: {root.party}, certificate {root.short_fingerprint}"
    if bool(old.timestamps_required) != bool(new.timestamps_required):
        yield f"timestamps are {'required' if new.timestamps_required else 'no longer required'}"
