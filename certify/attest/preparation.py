"""The record of how a clean folder came out of a download: written, and held against both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from certify import __version__
from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import parse_json
from certify.evidence.model import FileEntry, FileRole, ModelIdentity
from certify.evidence.preparation import LeftBehind, Preparation, PreparedFile
from certify.evidence.statement import PREPARATION, Statement, statement_bytes, subject_of
from certify.identify import Difference, DifferenceKind, Manifest, Prepared, compare, read_model
from certify.identify.download import Download, open_download
from certify.identify.reading import Meter, Progress
from certify.identify.roles import role_of
from certify.trust.bundle import MAX_BUNDLE, parse_bundle, statement_of, verify_signature


@dataclass(frozen=True)
class Compared:
    """What became of a check."""

    preparation: Preparation
    """The record; well formed and consistent in itself."""
    signer: str | None
    """Key id of who vouches for the record; None where nobody does."""
    source: tuple[Difference, ...]
    """What in the download is not as the record says."""
    prepared: tuple[Difference, ...]
    """What in the clean folder is not as the record says."""

    @property
    def holds(self) -> bool:
        """Whether both are what the record says."""
        return not self.source and not self.prepared


class _Record(NamedTuple):
    statement: Statement
    signer: str | None


def preparation_of(prepared: Prepared, at: str) -> Preparation:
    """The record of a preparation that has just been done.

    Args:
        prepared: what was done.
        at: when, RFC 3339 in UTC.
    """
    return Preparation(
        tool=f"certify {__version__}",
        prepared_at=at,
        source_name=prepared.name[:300],
        source_identity=Manifest.of(file.source for file in prepared.files).identity,
        model=prepared.identity,
        files=tuple(
            PreparedFile(source=file.source, prepared=file.prepared, claimed_sha256=file.claimed, change=file.change)
            for file in prepared.files
        ),
        left_out=tuple(LeftBehind(path=one.path, reason=one.reason) for one in prepared.left_out),
    )


def preparation_statement(preparation: Preparation) -> bytes:
    """The statement about the model in the clean folder, ready to be signed or kept as it is."""
    subject = subject_of(preparation.model.name, preparation.model.identity)
    return statement_bytes(subject, PREPARATION, preparation)


def verify_preparation(
    record: bytes,
    prepared: Path,
    *,
    source: Path | None = None,
    public_pem: str | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Whether a clean folder, and the download where it is at hand, are what a record says.

    Args:
        record: a signed bundle, or the bare statement.
        prepared: the clean folder.
        source: the download; not looked at when absent.
        public_pem: who has to have signed the record; a bare statement is refused then.
        progress: called with bytes read and bytes in all, for one folder after the other.

    Raises:
        HostileInput: CERT-E117 the record contradicts itself, is about something else, or nobody signed it; CERT-E044
            another signer; and whatever ``read_model`` and ``prepare`` refuse.
        UsageError: CERT-E011, a signed record without the signer's key; CERT-E020, no such folder.
    """
    found = _open(record, public_pem)
    preparation = _consistent(found.statement)
    there = read_model(prepared, name=preparation.model.name, progress=progress)
    expected = Manifest.of(file.prepared for file in preparation.files)
    found_now = Manifest.of((*there.manifest.files, *there.documentation))
    # A signature or a certificate may have joined the folder since; no engine reads it.
    unequal = tuple(one for one in compare(expected, found_now) if not _is_new_documentation(one))
    if not unequal and _without_documentation(there.identity) != _without_documentation(preparation.model):
        raise _contradiction("it describes another model than its files make")
    before = _compare_source(preparation, source, progress) if source is not None else ()
    return Compared(preparation, found.signer, before, unequal)


def _is_new_documentation(one: Difference) -> bool:
    return one.kind is DifferenceKind.ADDED and role_of(one.path) is FileRole.DOCUMENTATION


def _without_documentation(model: ModelIdentity) -> ModelIdentity:
    return model.model_copy(update={"release_digest": model.identity})


def _open(record: bytes, public_pem: str | None) -> _Record:
    document = parse_json(record, name="the record", max_bytes=MAX_BUNDLE)
    if not isinstance(document, dict):
        raise _contradiction("it is not a statement")
    if "dsseEnvelope" not in document:
        if public_pem is not None:
            raise _contradiction("nobody signed it")
        return _Record(Statement.from_document(document, name="the record", by_name=False), None)
    if public_pem is None:
        raise UsageError("CERT-E011", "the record is signed, and nothing says by whom it should be",
                         hint="give the signer's public key: --public-key FILE")  # fmt: skip
    bundle = parse_bundle(document, name="the record")
    verify_signature(bundle, public_pem)
    return _Record(statement_of(bundle), bundle.keyid)


def _consistent(statement: Statement) -> Preparation:
    if statement.predicate_type != PREPARATION:
        raise _contradiction("it is a statement of another kind")
    found = Preparation.from_document(statement.predicate, name="the record", by_name=False)
    subjects = [subject.digest.sha256 for subject in statement.subject]
    runtime = [file.prepared for file in found.files if role_of(file.prepared.path) is FileRole.RUNTIME]
    if subjects != [found.model.identity] or Manifest.of(runtime).identity != found.model.identity:
        raise _contradiction("it is about another model than the one whose files it lists")
    if Manifest.of(file.source for file in found.files).identity != found.source_identity:
        raise _contradiction("the identity of the source is not the one of the files it lists")
    for paths in ([file.source.path for file in found.files], [file.prepared.path for file in found.files]):
        if len(set(paths)) != len(paths):
            raise _contradiction("it lists a file twice")
    for file in found.files:
        same = (file.source.sha256, file.source.size) == (file.prepared.sha256, file.prepared.size)
        if same == (file.change is not None) or file.claimed_sha256 not in (None, file.source.sha256):
            raise _contradiction(f"what it says of {file.source.path!a} does not fit together")
    return found


def _compare_source(preparation: Preparation, source: Path, progress: Progress | None) -> tuple[Difference, ...]:
    download = open_download(source)
    left_out = {one.path for one in preparation.left_out}
    paths = [path for path in download.files if path not in left_out]
    meter = Meter(sum(download.size(path) for path in paths), progress)
    found = Manifest.of(_digest(download, path, meter) for path in paths)
    return compare(Manifest.of(file.source for file in preparation.files), found)


def _digest(download: Download, path: str, meter: Meter) -> FileEntry:
    with download.opened(path, meter) as stream:
        for _ in stream.blocks():
            pass
    return FileEntry(path=path, size=stream.size, sha256=stream.hexdigest())


def _contradiction(why: str) -> HostileInput:
    return HostileInput(
        "CERT-E117",
        "the record of the preparation cannot be used",
        why=why,
        hint="ask whoever prepared the folder for its record, or prepare it again: certify model prepare SRC DST",
    )
