"""Writes the lock file of an open gate."""

from __future__ import annotations

import os
from pathlib import Path

from certify.cli.gate.answer import Answered
from certify.cli.gate.question import Question
from certify.errors import UsageError


def write_lock_file(path: Path, question: Question, answered: Answered) -> Path | None:
    """Writes what the gate was opened for; nothing where it is not open.

    Raises:
        UsageError: CERT-E011, the file would lie inside the model; CERT-E012, it cannot be written.
    """
    from certify.decide import shipped_policies
    from certify.files import write_whole
    from certify.verify.gate_answer import GateVerdict
    from certify.verify.lock import Lock, LockedCertificate, LockedModel, LockedPolicy, LockedTrust

    result, trust = answered.result, question.trust_file
    if result.verdict is not GateVerdict.OPEN or result.model is None or trust is None:
        return None
    folder = question.model
    if folder is not None and folder.is_dir() and path.resolve().is_relative_to(folder.resolve()):
        raise UsageError("CERT-E011", f"{path} lies inside the model", "it would change the identity it states",
                         "name a file elsewhere")  # fmt: skip
    policy, source = result.policy, question.policy_source
    lock = Lock(
        model=LockedModel(name=result.model.name, identity=result.model.identity),
        certificate=LockedCertificate(
            serial=result.serial or "",
            sha256=result.certificate_sha256 or "",
            file=_seen_from(path, answered.path) if answered.path else None,
        ),
        policy=LockedPolicy(
            id=policy.id,
            version=policy.version,
            sha256=policy.sha256,
            source=source if source in shipped_policies() else _seen_from(path, Path(source)),
        ),
        trust_file=LockedTrust(name=trust.name, version=trust.version, fingerprint=trust.fingerprint),
    )
    write_whole(path, lock.to_text())
    return path


def _seen_from(lock: Path, path: Path) -> str:
    return Path(os.path.relpath(path.resolve(), lock.resolve().parent)).as_posix()
