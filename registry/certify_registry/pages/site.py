"""The pages as a folder of plain files, for readers without a network."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path

from certify.errors import UsageError
from certify_registry.pages import feeds
from certify_registry.pages.badge import badge, line
from certify_registry.pages.catalogue import Catalogue
from certify_registry.pages.drawing import FONTS, static_file
from certify_registry.pages.links import FileLinks
from certify_registry.pages.log_view import RECENT
from certify_registry.pages.scripts import joined_scripts
from certify_registry.pages.searching import Form
from certify_registry.pages.settings import PagesSettings
from certify_registry.pages.views import COMPARED, Views
from certify_registry.reader import Reader
from certify_registry.service.public_files import MAX_TILE, TILE
from certify_registry.store.finding import Question
from certify_registry.store.lookup import CertificateRow
from certify_registry.store.ports import Objects

Write = Callable[[str, bytes], None]
MOST = 5_000
"""Certificates in a folder: the page for dropped files carries them all, at some kilobytes each."""


def write_site(reader: Reader, published: Objects, settings: PagesSettings, folder: Path) -> int:
    """Write every page, PDF, badge and statement, the log's tiles and the feed; returns how many files.

    Args:
        reader: the registry.
        published: the registry's objects, among which are the log's tiles.
        settings: how it presents itself.
        folder: made if it is not there; must be empty.

    Raises:
        UsageError: CERT-E682, the folder holds something, or the registry is too large for a folder.
        RegistryError: CERT-E070, what is on disk is not what was logged.
        OSError: the disk is full or the folder cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("CERT-E682", f"{folder} is not an empty folder", "old pages beside new ones would mislead",
                         "name a new folder")  # fmt: skip
    catalogue = Catalogue(reader, settings)
    rows = [one.row for one in reader.find(Question(), now=catalogue.now, limit=MOST + 1)]
    if len(rows) > MOST:
        raise UsageError("CERT-E682", f"the registry holds more than {MOST:,} certificates", "", "serve it instead")
    written: set[str] = set()

    def write(name: str, data: bytes) -> None:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        written.add(name)

    _write_assets(write)
    _write_log(reader, published, write)
    _write_shared(catalogue, rows, write)
    for row in rows:
        _write_certificate(catalogue, row, write)
    return len(written)


def _write_assets(write: Write) -> None:
    for name in ("registry.css", *FONTS):
        found = static_file(name)
        assert found is not None  # noqa: S101 - names of our own
        write(f"static/{name}", found[0])
    write("static/pages.js", joined_scripts().encode())


def _write_log(reader: Reader, published: Objects, write: Write) -> None:
    """The log as it is published, and the newest entries' statements, which its page links to."""
    write("checkpoint", reader.checkpoint().encode())
    for name in filter(TILE.fullmatch, published.names("tile")):
        write(name, published.get(name, MAX_TILE))
    for index in range(max(0, reader.size - RECENT), reader.size):
        write(f"log/{index}.json", reader.bundle_at(index))


def _write_shared(catalogue: Catalogue, rows: list[CertificateRow], write: Write) -> None:
    """Search, log, the page for dropped files, models, differences and keys."""
    top, below = Views(_listing(catalogue, rows), FileLinks()), Views(catalogue, FileLinks(depth=1))
    write("index.html", top.search(Form()).encode())
    write("log.html", top.log().encode())
    write("verify.html", top.verify(everything=True).encode())
    write("feed.atom", feeds.atom(catalogue, FileLinks()).encode())
    write("certificates.csv", feeds.table(top.catalogue, Form())[0].encode())
    for identity in sorted({row.model_identity for row in rows}):
        write(f"m/{identity}.html", below.model(identity).encode())
        for newer, older in _compared([row.serial for row in catalogue.reader.certificates_of(identity)]):
            write(FileLinks().compare(older, newer), below.compare(older, newer).encode())
    for keyid in sorted(_keyids(catalogue, rows)):
        write(f"issuers/{keyid}.html", below.issuer(keyid).encode())


def _compared(serials: list[str]) -> list[tuple[str, str]]:
    """The pairs that pages link to, the newer one first: neighbours, and each with the newest ones."""
    shown = set(serials[: COMPARED + 1])
    apart = (pair for pair in combinations(serials, 2) if shown & set(pair))
    return list(dict.fromkeys([*pairwise(serials), *apart]))


def _listing(catalogue: Catalogue, rows: list[CertificateRow]) -> Catalogue:
    """The same registry with all its certificates on one page."""
    settings = catalogue.settings
    return Catalogue(catalogue.reader, PagesSettings(settings.name, settings.base_url, settings.certificates,
                                                     listed=len(rows) + 1, clock=lambda: catalogue.now))  # fmt: skip


def _keyids(catalogue: Catalogue, rows: list[CertificateRow]) -> set[str]:
    """The keys that some page links to."""
    reader = catalogue.reader
    recent = {entry.keyid for entry in reader.entries(max(0, reader.size - RECENT), reader.size)}
    found = recent | {keyid for keyid, _ in reader.enrolled()}
    for row in rows:
        held = catalogue.held(row.serial)
        found |= {held.bundle.keyid, *(one.keyid for one in held.certificate.evidence)}
    return found


def _write_certificate(catalogue: Catalogue, row: CertificateRow, write: Write) -> None:
    held, stem = catalogue.held(row.serial), f"c/{row.serial}"
    write(f"{stem}.html", Views(catalogue, FileLinks(depth=1)).certificate(row.serial).encode())
    write(f"{stem}.badge.svg", badge(held.certificate, held.status).encode())
    write(f"{stem}.line.txt", line(held.certificate, held.status).encode())
    if (pdf := catalogue.pdf(row)) is not None:
        write(f"{stem}.pdf", pdf)
    if held.file is not None:
        write(f"{stem}.json", held.file.to_bytes())
    for one in held.certificate.evidence:
        statement = catalogue.statement(held, one.payload_sha256)
        if statement is not None:
            write(f"{stem}.{one.payload_sha256}.json", statement.to_bytes())
    _write_entries(catalogue, row, write)


def _write_entries(catalogue: Catalogue, row: CertificateRow, write: Write) -> None:
    """The log entries that a certificate's history links to."""
    rendering = catalogue.reader.rendering_of(row.serial)
    entries = [(row.log_index, catalogue.reader.bundle_at(row.log_index)), *([rendering] if rendering else [])]
    for index, data in [*entries, *catalogue.reader.statuses(row.serial)]:
        write(f"log/{index}.json", data)
