"""A workspace's statements and PDFs, handed to a registry elsewhere: in order, once, and resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from certify.errors import HostileInput, RegistryError, UsageError
from certify.evidence.base import Value
from certify.evidence.canonical import sha256_hex
from certify.files import read_file, write_whole
from certify.pipeline.registry_client import RegistryClient
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import parse_bundle
from certify.trust.log_entry import entry_of
from certify.trust.tlog_proof import verify_tlog_proof

EVERY = 50
"""Statements after which the place is written down; a repeated one costs a question and nothing else."""


class Progress(Value):
    """How far a registry has been told."""

    url: str
    """The registry."""
    next: int = 0
    """The first entry that it was not offered."""
    refused: tuple[int, ...] = ()
    """Entries that it refused; they are offered again each time."""


@dataclass(frozen=True)
class Submitted:
    """What one round came to."""

    offered: int
    """Statements handed over."""
    new: int
    """Those that the registry had not had."""
    pdfs: int
    """PDFs that it had not had."""
    refused: tuple[tuple[int, str], ...]
    """Own log index of each refused statement, and the registry's words."""
    refused_pdfs: tuple[tuple[str, str], ...] = ()
    """Serial of each certificate whose PDF it did not take, and its words; it is offered again each time."""


def submit_all(
    workspace: Workspace, client: RegistryClient, *, vkey: str | None, told: Callable[[int, int], None]
) -> Submitted:
    """Hand over what a registry has not been offered yet, and what it refused before.

    Args:
        workspace: whose log is read, in its order.
        client: the registry.
        vkey: its log key; with it every proof is checked, and without it they are not.
        told: called with the statements done and all there are.

    Raises:
        RegistryError: CERT-E672, no answer, or it is too busy; giving the command again goes on from there.
        HostileInput: CERT-E075, CERT-E076, a proof does not verify; CERT-E678, something else came back.
        TrustError: CERT-E075, the log key is malformed.
    """
    path = _progress_file(workspace, client.url)
    before = _read(path, client.url)
    new, offered, refused = 0, 0, list[tuple[int, str]]()
    with workspace.reading() as registry:
        todo = [*before.refused, *range(before.next, registry.size)]
        for index in todo:
            found = _offer(client, registry.bundle_at(index), vkey)
            offered, new = offered + 1, new + (found is True)
            if isinstance(found, str):
                refused.append((index, found))
            if offered % EVERY == 0 or offered == len(todo):
                still = {*(place for place, _ in refused), *(one for one in before.refused if one in todo[offered:])}
                done = Progress(url=client.url, next=max(before.next, index + 1), refused=tuple(sorted(still)))
                write_whole(path, done.to_bytes())
                told(offered, len(todo))
        pdfs, unkept = _keep_pdfs(workspace, client, [row.serial for row in registry.certificates()])
    return Submitted(offered, new, pdfs, tuple(refused), unkept)


def _offer(client: RegistryClient, bundle: bytes, vkey: str | None) -> bool | str:
    """Whether a statement was new to the registry, or why it was refused."""
    try:
        place = client.submit(bundle)
    except RegistryError as error:
        if error.code != "CERT-E673":
            raise
        return error.what
    if vkey is not None:
        verify_tlog_proof(place.proof, entry_of(parse_bundle(bundle)).to_bytes(), vkey)
    return not place.duplicate


def _keep_pdfs(
    workspace: Workspace, client: RegistryClient, serials: Iterable[str]
) -> tuple[int, tuple[tuple[str, str], ...]]:
    """How many PDFs the registry had not had, and those that it refused."""
    kept, refused = 0, list[tuple[str, str]]()
    for serial in serials:
        path = workspace.certificates / f"{serial}.pdf"
        try:
            if path.is_file() and not client.has_pdf(serial):
                client.keep_pdf(read_file(path))
                kept += 1
        except RegistryError as error:
            if error.code != "CERT-E673":
                raise
            refused.append((serial, error.what))
    return kept, tuple(refused)


def _progress_file(workspace: Workspace, url: str) -> Path:
    return workspace.home / "submitted" / f"{sha256_hex(url.encode())[:16]}.json"


def _read(path: Path, url: str) -> Progress:
    if not path.is_file():
        return Progress(url=url)
    try:
        return Progress.from_bytes(read_file(path), name=path.name)
    except HostileInput as error:
        why = "it says how far that registry was told"
        raise UsageError(
            "CERT-E012", f"{path} is damaged: {error.what}", why, "delete it; nothing is logged twice"
        ) from error
