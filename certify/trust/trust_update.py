"""When a new version of a trust file takes the place of the one a reader has.

Source: The Update Framework 1.0, sections 5.3.4 to 5.3.9 (root rotation), narrowed to what a trust file needs; the
differences are argued in docs/adr/0007-signed-trust-files.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from certify.errors import TrustError
from certify.trust.signed_trust import TrustDocument, require_signed, root_signers
from certify.trust.trustfile import ROOT, TrustFile


def accept_updates(own: TrustFile, offered: Sequence[TrustDocument], now: str) -> TrustFile:
    """The trust file after every offered version, applied in order of their numbers.

    Only the last has to be current: the ones between are steps that the root keys' rotation needs.

    Args:
        own: the reader's trust file; it may have expired.
        offered: the versions that follow, in any order; the one the reader has may be among them.
        now: the reader's time, RFC 3339 UTC.

    Raises:
        TrustError: as ``accept_update``; CERT-E042, the last version has expired.
    """
    found = own
    for document in sorted(offered, key=lambda document: document.trust.version):
        found = accept_update(found, document)
    found.require_current(now)
    return found


def accept_update(own: TrustFile, offered: TrustDocument) -> TrustFile:
    """The offered trust file, if it may take the place of ``own``; equal to ``own`` it changes nothing.

    Raises:
        TrustError: CERT-E127, it may not, with the rule that says so; CERT-E128, its own root keys have not signed it.
    """
    new = offered.trust
    if new == own:
        return own
    _require_successor(own, new)
    if not own.keys_for(ROOT):
        raise _refused(
            "the one in use names no root keys, so no signature can vouch for a successor",
            "compare the new file's fingerprint over another channel: certify trust use FILE",
        )
    if not offered.bundles:
        raise _refused("it is not signed, and the one in use is", "ask its publisher for the signed file")
    found, needed = len(root_signers(offered, own)), own.threshold_for(ROOT)
    if found < needed:
        raise _refused(
            f"{found} of the {needed} root keys of version {own.version} that must agree have signed it",
            "ask its publisher for the file with the signatures of the former root keys, too",
        )
    require_signed(offered)
    return new


def _require_successor(own: TrustFile, new: TrustFile) -> None:
    if new.version < own.version:
        raise _refused(
            f"it is version {new.version}, and version {own.version} is in use",
            "an older file could bring back a key that was withdrawn; ask for the current one",
        )
    if new.version == own.version:
        raise _refused(
            f"it is another version {new.version} than the one in use",
            "two files of one version are a sign of forgery: compare both fingerprints with the publisher",
        )
    if new.version > own.version + 1:
        raise _refused(
            f"it is version {new.version}, and version {own.version + 1} comes next",
            "name the versions between as well: each vouches for the next one's root keys",
        )
    for label, before, after in (
        ("environment", own.environment, new.environment),
        ("name", own.name, new.name),
        ("log", own.log_vkey, new.log_vkey),
    ):
        if before != after:
            raise _refused(
                f"its {label} is {after!r} and not {before!r}",
                "it is another trust file, not a new version: compare its fingerprint, then certify trust use FILE",
            )


def _refused(why: str, hint: str) -> TrustError:
    return TrustError(
        "CERT-E127",
        f"this trust file does not take the place of the one in use: {why}",
        "whoever could replace a trust file could have anything believed",
        hint,
    )
