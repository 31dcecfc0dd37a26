"""Finds model and certificate and asks the gate; the certificate never comes out of the model's folder by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from certify.cli.gate.question import Question
from certify.evidence.dataset import DigestSource
from certify.verify.gate import hold_gate
from certify.verify.gate_answer import Asked, BytesSource, GateResult, no_certificate

if TYPE_CHECKING:
    from certify.cli.reading import FoundCertificate
    from certify.identify.present import PresentModel


class Bytes(NamedTuple):
    """What is known of the model that is to be released."""

    identity: str | None
    source: BytesSource
    where: str = ""
    size: str = ""


@dataclass(frozen=True)
class Answered:
    """The gate's answer and where the certificate was found."""

    result: GateResult
    """The answer."""
    path: Path | None
    """The certificate's file, where one was found."""
    others: int = 0
    """How many more certificates of the model the registry holds."""


class Place(NamedTuple):
    """Where a certificate may lie."""

    path: Path | None
    """The file; absent where none is at hand."""
    why: str = ""
    """Why there is none."""
    others: int = 0
    """How many more certificates of the model the registry holds."""


def answer_question(question: Question, known: Bytes | None = None) -> Answered:
    """The gate's answer.

    Args:
        question: what is asked.
        known: the model, where somebody has just read it.

    Raises:
        CertifyError: what the reader named cannot be read or used, or the model is hostile.
    """
    from certify.cli.reading import find_certificate
    from certify.evidence.certificate import Level
    from certify.pipeline.clock import now

    lock = question.lock  # read first: what it fixes is held against everything else
    trust, at = question.trust_file, now()
    known = known or bytes_of(question)
    asked = Asked(
        policy=question.loaded_policy,
        at=at,
        identity=known.identity,
        source=known.source,
        where=known.where,
        size=known.size,
        serial=question.serial,
        minimum_level=Level(question.min_level),
        lock=lock,
    )
    place = find_place(question, known.identity)
    if place.path is None:
        return Answered(no_certificate(asked, place.why), None)
    found = find_certificate(question.settings, str(place.path), question.status)
    return Answered(_held(question, found, asked, trust is None), place.path, place.others)


def _held(question: Question, found: FoundCertificate, asked: Asked, alone: bool) -> GateResult:
    from certify.files import read_file
    from certify.verify.expectations import Expectations
    from certify.verify.verify import examine_certificate

    examined = examine_certificate(
        found.data,
        trust=None if alone else question.trust_file,
        expectations=Expectations(
            at=asked.at,
            maximum_status_age_days=question.max_status_age,
            status_lists=read_file(question.status_list) if question.status_list else None,
        ),
        answer=found.answer,
        asked_at=found.asked_at,
    )
    return hold_gate(examined, asked)


def bytes_of(question: Question) -> Bytes:
    """Which model is to be released, as far as its bytes, the reader or the lock file tell.

    Raises:
        UsageError: CERT-E020; HostileInput: CERT-E021 to E023, CERT-E026, CERT-E112.
    """
    if question.model is not None:
        return _read(question.model, question.rehash)
    if question.identity is not None:
        return Bytes(question.identity, BytesSource.NAMED)
    if question.lock is not None:
        return Bytes(question.lock.model.identity, BytesSource.LOCKED)
    return Bytes(None, BytesSource.NOBODY)


def _read(model: Path, rehash: bool) -> Bytes:
    from certify.cli.progress import reading
    from certify.identify.cache import DigestCache
    from certify.identify.present import present_model

    with reading("Reading the model") as progress:
        found = present_model(model, cache=DigestCache.of_user(), rehash=rehash, progress=progress)
    return bytes_in(found, model)


def bytes_in(found: PresentModel, model: Path) -> Bytes:
    """A model that was read, as the reader names it."""
    source = BytesSource.REMEMBERED if found.source is DigestSource.CACHED else BytesSource.READ
    count = len(found.manifest.files)
    size = f"{count} file{'s' * (count != 1)}, {found.manifest.total_bytes:,} bytes"
    return Bytes(found.identity, source, str(model), size)


def find_place(question: Question, identity: str | None) -> Place:
    """Where the certificate is: named, beside the lock file, or in the registry of a workspace that was named."""
    if question.certificate is not None:
        return Place(question.certificate)
    lock = question.lock
    if lock is not None and lock.certificate.file is not None:
        path = Path(question.beside_lock(lock.certificate.file))
        if path.is_file():
            return Place(path)
    serial = question.serial or (lock.certificate.serial if lock else None)
    if question.settings.home is None:
        named = f", and {lock.certificate.file} beside the lock file is not there" if lock else ""
        return Place(None, f"no certificate was named, and no workspace whose registry could hold one{named}")
    return _in_workspace(question, question.settings.home, serial, identity)


def _in_workspace(question: Question, home: Path, serial: str | None, identity: str | None) -> Place:
    """The certificate of a serial; else the model's newest one under the reader's policy, else its newest."""
    from certify.pipeline.workspace import Workspace

    if serial is not None:
        path = _file(home, serial)
        return Place(path, f"{home} holds no certificate {serial}")
    with Workspace.open(home).reading() as registry:
        serials = [row.serial for row in registry.certificates_of(identity or "")]
    places = [path for path in (_file(home, one) for one in serials) if path is not None]
    if not places:
        return Place(None, f"the registry of {home} holds no certificate of this model")
    chosen = _under(question.loaded_policy.reference.id, places)
    return Place(chosen, others=len(places) - 1)


def _under(policy: str, places: Sequence[Path]) -> Path:
    from certify.errors import CertifyError
    from certify.files import read_file
    from certify.verify.document import claimed_certificate

    for path in places:
        try:
            if claimed_certificate(read_file(path)).policy.id == policy:
                return path
        except CertifyError:
            continue  # the verification of whichever is chosen will say what is wrong
    return places[0]


def _file(home: Path, serial: str) -> Path | None:
    """The certificate's bundle, which is quicker to read, or else its PDF."""
    from certify.evidence.certificate import SERIAL_PATTERN

    if not re.match(SERIAL_PATTERN, serial):
        return None
    named = [home / "certificates" / f"{serial}{suffix}" for suffix in (".json", ".pdf")]
    return next((path for path in named if path.is_file()), None)
