"""The pages, one function each: out of a registry, into HTML. The service and the folder of files share them."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from certify.evidence.canonical import sha256_hex
from certify.evidence.merkle import leaf_hash
from certify.page.annex import EvidenceRow
from certify.trust.bundle import Bundle
from certify.trust.log_entry import entry_of
from certify_registry.pages.browser_data import browser_data
from certify_registry.pages.catalogue import Catalogue, Held, payload_document
from certify_registry.pages.comparing import compare
from certify_registry.pages.drawing import draw
from certify_registry.pages.faults import missing, unreadable
from certify_registry.pages.history import history
from certify_registry.pages.links import ServerLinks
from certify_registry.pages.log_view import recent
from certify_registry.pages.searching import Form, Result, search
from certify_registry.pages.tree_path import TreePath, tree_path
from certify_registry.store.finding import Question

SHOWN_BYTES = 24 * 1024
"""Characters of a statement that are shown in a page; the whole can be downloaded."""
COMPARED = 20
"""Other certificates of a model that a certificate's page names, newest first."""
TILE = 256
"""Hashes in a full tile. Source: C2SP tlog-tiles."""
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Statement(NamedTuple):
    """A statement that a certificate rests on, to be looked into."""

    row: EvidenceRow
    """As the certificate's annex lists it."""
    keyid: str
    """Who signed it."""
    text: str
    """Its JSON, laid out; empty where nobody holds it."""
    cut: bool
    """Whether only the beginning is shown."""


class Views:
    """Draws the pages of one registry for one request."""

    def __init__(self, catalogue: Catalogue, links: ServerLinks) -> None:
        self.catalogue = catalogue
        self.links = links

    def search(self, form: Form) -> str:
        """The search page with what a form asks for.

        Raises:
            UsageError: CERT-E681, the form asks for nothing that can be looked up.
        """
        return self._page("search.html", form=form, results=search(self.catalogue, form))

    def certificate(self, serial: str) -> str:
        """A certificate's page.

        Raises:
            UsageError: CERT-E680, there is none of that serial.
            RegistryError: CERT-E070, what is on disk is not what was logged.
        """
        held = self.catalogue.held(serial)
        return self._page(
            "certificate.html",
            held=held,
            page=held.page,
            events=history(self.catalogue, held),
            statements=self._statements(held),
            tree=self._tree(held.bundle, held.row.log_index),
            vkey=self.catalogue.reader.vkey,
            pdf_sha256=self.catalogue.pdf_sha256(serial),
            has_pdf=self.catalogue.pdf(held.row) is not None,
            others=self._others(held),
        )

    def model(self, identity: str) -> str:
        """All certificates of a model, with links to what differs between neighbours.

        Raises:
            UsageError: CERT-E680, there is none for that model.
        """
        rows = self.catalogue.reader.certificates_of(identity) if _DIGEST.fullmatch(identity) else ()
        if not rows:
            raise missing(f"no certificate of the model {identity[:64]!r}")
        lines = [Result(self.catalogue.brief(row), self.catalogue.status(row)) for row in rows]
        return self._page("model.html", identity=identity, name=rows[0].model_name, lines=lines)

    def compare(self, first: str, second: str) -> str:
        """What differs between two certificates.

        Raises:
            UsageError: CERT-E680, one is not here; CERT-E681, they are one and the same.
        """
        if first == second:
            raise unreadable("a certificate does not differ from itself", "name two serials")
        one, two = self.catalogue.held(first), self.catalogue.held(second)
        return self._page("compare.html", one=one, two=two, differences=compare(one, two))

    def issuer(self, keyid: str) -> str:
        """Who holds a key, for what, and which certificates rest on it.

        Raises:
            UsageError: CERT-E680, nobody has used a key of that id here.
        """
        reader = self.catalogue.reader
        known = _DIGEST.fullmatch(keyid) is not None
        question = Question(terms=(("key", keyid),))
        found = reader.find(question, now=self.catalogue.now, limit=200) if known else ()
        keys = {role: told for (one, role), told in sorted(reader.every_key().items()) if one == keyid}
        taken = [role for one, role in reader.enrolled() if one == keyid]
        if not keys and not found:
            raise missing(f"no key {keyid[:64]!r}")
        lines = [Result(self.catalogue.brief(one.row), self.catalogue.status(one.row)) for one in found]
        return self._page("issuer.html", keyid=keyid, keys=keys, taken=taken, lines=lines)

    def log(self) -> str:
        """The log: its key, its newest checkpoint, its newest entries, and how to watch it."""
        reader = self.catalogue.reader
        size = reader.size
        tile = "tile/0/000" if size >= TILE else f"tile/0/000.p/{size}"
        return self._page(
            "log.html", reader=reader, checkpoint=reader.checkpoint(), entries=recent(reader), first_tile=tile
        )

    def verify(self, serial: str = "", *, everything: bool = False) -> str:
        """The page for dropped files, with all that it needs inside.

        Args:
            serial: the certificate whose file will be dropped, where the registry is large.
            everything: whether to carry every certificate, however many there are.

        Raises:
            UsageError: CERT-E680, there is none of that serial.
        """
        catalogue, reader = self.catalogue, self.catalogue.reader
        limit = catalogue.settings.preloaded
        found = reader.find(Question(), now=catalogue.now, limit=10**9 if everything else limit + 1)
        rows = [one.row for one in found][: None if everything else limit]
        complete = len(rows) == len(found)
        if serial:
            rows, complete = [catalogue.row(serial)], False
        data = browser_data(catalogue, rows, complete=complete)
        return self._page("verify.html", data=data, serial=serial, count=len(rows), complete=complete)

    def _statements(self, held: Held) -> list[Statement]:
        made = []
        for reference, row in zip(held.certificate.evidence, held.page.evidence, strict=True):
            bundle = self.catalogue.statement(held, reference.payload_sha256)
            text = "" if bundle is None else json.dumps(payload_document(bundle), indent=2, ensure_ascii=False)
            made.append(Statement(row, reference.keyid, text[:SHOWN_BYTES], len(text) > SHOWN_BYTES))
        return made

    def _tree(self, bundle: Bundle, index: int) -> TreePath:
        leaf = entry_of(bundle).to_bytes()
        return tree_path(self.catalogue.reader.proof(index), leaf, leaf_hash(leaf))

    def _others(self, held: Held) -> list[Result]:
        rows = self.catalogue.reader.certificates_of(held.row.model_identity)
        others = [row for row in rows if row.serial != held.row.serial]
        return [Result(self.catalogue.brief(row), self.catalogue.status(row)) for row in others[:COMPARED]]

    def _page(self, template: str, **values: Any) -> str:
        settings = self.catalogue.settings
        return draw(template, self.links, settings=settings, now=self.catalogue.now, **values)


def etag(data: bytes) -> str:
    """A strong entity tag. Source: RFC 9110 section 8.8.3."""
    return f'"{sha256_hex(data)[:32]}"'
