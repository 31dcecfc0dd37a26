"""Certificates as the pages read them: from the signed statements of the log, never from an index alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from certify.errors import CertifyError
from certify.evidence.base import Value
from certify.evidence.canonical import parse_json, sha256_hex
from certify.evidence.certificate import SERIAL_PATTERN, Certificate, CertificateFile, Rendering
from certify.evidence.evaluation import Evaluation
from certify.files import read_file
from certify.page.page import Page, page_of
from certify.page.wording import clip
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify.trust.status import StandingOf
from certify.verify.pdf import read_pdf
from certify_registry.pages.faults import missing
from certify_registry.pages.settings import PagesSettings
from certify_registry.pages.wording import Status, status_of
from certify_registry.reader import Reader
from certify_registry.store.lookup import CertificateRow


class Brief(NamedTuple):
    """A certificate in a list."""

    row: CertificateRow
    """Where it is in the log."""
    issuer: str
    """Who says so."""
    policy: str
    """Id and version."""
    level: int
    """Assurance level when issued."""


@dataclass(frozen=True)
class Held:
    """A certificate that the registry holds."""

    row: CertificateRow
    """Where it is in the log."""
    certificate: Certificate
    """What was signed."""
    bundle: Bundle = field(repr=False)
    """How it was signed."""
    file: CertificateFile | None = field(repr=False)
    """The file that is handed out, where it is at hand."""
    page: Page = field(repr=False)
    """The facts of the PDF's pages, by the same function."""
    standing: StandingOf
    """What was signed and logged about its standing."""
    status: Status
    """How it stands now, by that and the clock."""


class Catalogue:
    """Reads certificates out of one registry for one request."""

    def __init__(self, reader: Reader, settings: PagesSettings) -> None:
        self.reader = reader
        self.settings = settings
        self.now = settings.clock()

    def row(self, serial: str) -> CertificateRow:
        """Where a certificate is.

        Raises:
            UsageError: CERT-E680, the registry holds no such certificate.
        """
        found = self.reader.certificate(serial) if re.fullmatch(SERIAL_PATTERN, serial) else None
        if found is None:
            raise missing(f"no certificate {serial[:40]!r}")
        return found

    def brief(self, row: CertificateRow) -> Brief:
        """What a list says of a certificate."""
        made = self.certificate(row)
        return Brief(row, clip(made.issuer, 90), clip(f"{made.policy.id} {made.policy.version}", 60), int(made.level))

    def certificate(self, row: CertificateRow) -> Certificate:
        """What was signed."""
        return self._certificate(self._bundle(row.payload_sha256))

    def status(self, row: CertificateRow) -> Status:
        """How a certificate stands now, by the signed entries of the log.

        Raises:
            RegistryError: CERT-E070, its entries are not those of the signed log.
        """
        return self._status(row, self.reader.standing(row.serial))

    def _status(self, row: CertificateRow, standing: StandingOf) -> Status:
        return status_of(standing, row.valid_from, row.valid_until, self.now)

    def held(self, serial: str) -> Held:
        """A certificate with all that its page tells.

        Raises:
            UsageError: CERT-E680, the registry holds no such certificate.
            RegistryError: CERT-E070, what is on disk is not what was logged.
        """
        row = self.row(serial)
        bundle = self._bundle(row.payload_sha256)
        certificate, file = self._certificate(bundle), self.file(row)
        page = page_of(certificate, self._results(certificate), file.policy if file else None)
        standing = self.reader.standing(serial)
        return Held(row, certificate, bundle, file, page, standing, self._status(row, standing))

    def statement(self, held: Held, payload_sha256: str) -> Bundle | None:
        """A statement that a certificate rests on, out of the log or else out of its file."""
        if self.reader.index_of(payload_sha256) is not None:
            return self._bundle(payload_sha256)
        document = held.file.statements.get(payload_sha256) if held.file else None
        return None if document is None else parse_bundle(document)

    def pdf(self, row: CertificateRow) -> bytes | None:
        """The certificate's PDF, exactly the one whose digest is in the log; None where it is not at hand."""
        digest = self.pdf_sha256(row.serial)
        if digest is None:
            return None
        data = self._beside(f"{row.serial}.pdf")
        if data is not None and sha256_hex(data) == digest:
            return data
        try:
            return self.reader.get_blob(digest)
        except CertifyError:
            return None

    def pdf_sha256(self, serial: str) -> str | None:
        """The digest of a certificate's newest PDF, by the log."""
        found = self.reader.rendering_of(serial)
        if found is None:
            return None
        predicate = statement_of(parse_bundle(found[1])).predicate
        return Rendering.from_document(predicate, name="rendering", by_name=False).pdf_sha256

    def file(self, row: CertificateRow) -> CertificateFile | None:
        """The certificate's file, if it is at hand and holds exactly the logged statement."""
        data = self._beside(f"{row.serial}.json")
        try:
            if data is None:
                pdf = self.pdf(row)
                data = None if pdf is None else _bundle_in(pdf)
            file = None if data is None else CertificateFile.from_bytes(data, name="certificate file")
        except CertifyError:
            return None
        same = file is not None and parse_bundle(file.certificate).payload_sha256 == row.payload_sha256
        return file if same else None

    def _beside(self, name: str) -> bytes | None:
        folder = self.settings.certificates
        return read_file(folder / name) if folder is not None and (folder / name).is_file() else None

    def _bundle(self, payload_sha256: str) -> Bundle:
        return parse_bundle(self.reader.bundle(payload_sha256))

    def _certificate(self, bundle: Bundle) -> Certificate:
        return Certificate.from_document(statement_of(bundle).predicate, name="certificate", by_name=False)

    def _results(self, certificate: Certificate) -> Mapping[str, Value]:
        """The typed results behind a certificate; none where the log does not hold its evaluation."""
        for one in certificate.evidence:
            if one.kind == "evaluation" and self.reader.index_of(one.payload_sha256) is not None:
                predicate = statement_of(self._bundle(one.payload_sha256)).predicate
                return Evaluation.from_document(predicate, name="evaluation", by_name=False).results()
        return {}


@lru_cache(maxsize=32)
def _bundle_in(pdf: bytes) -> bytes:
    """The bundle of a PDF; taking one apart is slow.

    Raises:
        HostileInput: it is no certificate's PDF.
    """
    return read_pdf(pdf).bundle


def payload_document(bundle: Bundle) -> Any:
    """The statement inside a bundle as a JSON value."""
    return parse_json(bundle.payload, name="statement")
