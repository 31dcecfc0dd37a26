"""What can be found out about a statement before the log is asked: its form, and whether its key signed it.

It is most of the work of appending, needs no lock, and can be spread over processes.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from certify.errors import CertifyError
from certify.evidence.canonical import sha256_hex
from certify.trust.bundle import verify_signature
from certify_registry.admission import Submission, read_submission

_PART = 16
"""Statements below which another process costs more than it saves."""


@dataclass(frozen=True)
class Checked:
    """A statement that was read and whose signature was looked at."""

    submission: Submission
    data: bytes
    """The bundle as canonical JSON: what is kept."""
    bundle_sha256: str
    """Its digest."""
    verified: bool
    """Whether a key known by this key id signed it; False where no such key was known."""
    forged: CertifyError | None = None
    """Why the signature is not that key's."""


def check(bundle: bytes, pems: Mapping[str, str]) -> Checked | CertifyError:
    """What a bundle is, or why it is none.

    Args:
        bundle: untrusted bytes.
        pems: the public keys the log has ever known, by key id.
    """
    try:
        submission = read_submission(bundle)
        data = submission.bundle.to_bytes()
    except CertifyError as error:
        return error
    pem = pems.get(submission.bundle.keyid)
    forged = None
    if pem is not None:
        try:
            verify_signature(submission.bundle, pem)
        except CertifyError as error:
            forged = error
    return Checked(submission, data, sha256_hex(data), pem is not None and forged is None, forged)


class Checkers:
    """Checks many statements, in other processes where there are any.

    Args:
        processes: how many beside this one; 0 for none.
    """

    def __init__(self, processes: int = 0) -> None:
        context = multiprocessing.get_context("forkserver")
        self._processes = processes
        self._pool = ProcessPoolExecutor(processes, context) if processes else None

    def check_all(self, bundles: Sequence[bytes], pems: Mapping[str, str]) -> list[Checked | CertifyError]:
        """``check`` for each of them, in their order."""
        if self._pool is None or len(bundles) < 2 * _PART:
            return _check_part(bundles, pems)
        size = max(_PART, -(-len(bundles) // self._processes))
        parts = [bundles[start : start + size] for start in range(0, len(bundles), size)]
        return [one for part in self._pool.map(_check_part, parts, [pems] * len(parts)) for one in part]

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _check_part(bundles: Sequence[bytes], pems: Mapping[str, str]) -> list[Checked | CertifyError]:
    return [check(bundle, pems) for bundle in bundles]
