"""Everything that can be asked of a registry without its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from certify.evidence.evaluation import EarlierPlan
from certify.evidence.merkle import leaf_hash
from certify.evidence.statement import RENDERING, STATUS
from certify.trust.bundle import Bundle, parse_bundle
from certify.trust.log_entry import entry_of
from certify.trust.status import Change, Needed, StandingOf, fold_changes
from certify.trust.tlog_proof import format_tlog_proof
from certify_registry import admission
from certify_registry.answering import AnswerParts, read_parts
from certify_registry.faults import absent
from certify_registry.lifecycle.voices import change_of, voices_needed
from certify_registry.log import tree
from certify_registry.log.committed import Committed
from certify_registry.log.kept import KeptCosignatures
from certify_registry.log.log import Log
from certify_registry.store import finding, lookup
from certify_registry.store.blobs import BlobStore
from certify_registry.store.finding import FoundCertificate, Question, changes_of, matching, standing_in_list
from certify_registry.store.lookup import CertificateRow, EntryRow, PlanRow


class Reader:
    """The reading half of a registry."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._blobs = BlobStore(log.objects, log.database)
        self._committed = Committed(log, self._blobs)
        self._kept = KeptCosignatures(log.objects)

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._log.key.name

    @property
    def vkey(self) -> str:
        """The log's public key in one line, for trust files."""
        return self._log.key.vkey

    @property
    def blobs(self) -> BlobStore:
        """What is kept by digest: statements, PDFs and other files."""
        return self._blobs

    @property
    def size(self) -> int:
        """Entries in the log."""
        with self._read() as connection:
            return tree.read_head(connection).size

    def checkpoint(self) -> str:
        """The newest signed checkpoint, with the cosignatures that are kept for it."""
        with self._read() as connection:
            return self._kept.over(tree.read_head(connection).checkpoint)

    def cosigned(self) -> str | None:
        """The newest checkpoint that witnesses have cosigned, which may be older than the newest one."""
        return self._kept.newest()

    def proof(self, index: int) -> str:
        """The tlog-proof of an entry against the newest checkpoint.

        Raises:
            RegistryError: CERT-E079, there is no such entry.
        """
        with self._read() as connection:
            head = tree.read_head(connection)
            if not 0 <= index < head.size:
                raise absent(f"the log has no entry {index}", f"it has {head.size} entries")
            checkpoint = self._kept.over(head.checkpoint)
            return format_tlog_proof(index, tree.inclusion(connection, index, head.size), checkpoint)

    def consistency(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """The hashes that show the log's first ``old_size`` entries unchanged in the log of ``size``, or the newest.

        Raises:
            RegistryError: CERT-E079, the log was never that large, or ``old_size`` is 0.
        """
        with self._read() as connection:
            newest = tree.read_head(connection).size
            wanted = newest if size is None else size
            if not 0 < old_size <= wanted <= newest:
                raise absent(f"no proof leads from {old_size} entries to {wanted}", f"the log has {newest} entries")
            return tree.consistency(connection, old_size, wanted)

    def range_proof(self, start: int, end: int, size: int) -> tuple[bytes, ...]:
        """The hashes that show entries ``start`` up to ``end`` to be all of those in the log of ``size``.

        ``certify.evidence.merkle_range`` checks them.

        Raises:
            RegistryError: CERT-E079, there is no such range.
        """
        with self._read() as connection:
            newest = tree.read_head(connection).size
            if not 0 <= start < end <= size <= newest:
                raise absent(f"the log has no entries {start} to {end}", f"it has {newest} entries")
            return tree.outside(connection, start, end, size)

    def check_head(self) -> None:
        """Return if the newest head is signed, and the database holds everything that was ever signed.

        Raises:
            RegistryError: CERT-E070 damaged; CERT-E072 older than what it has signed, as after restoring a backup.
        """
        self._log.start()

    def entries(self, start: int, end: int) -> tuple[EntryRow, ...]:
        """The entries ``start`` up to ``end``, as many as there are; no index is ever left out."""
        with self._read() as connection:
            return lookup.entries(connection, start, end)

    def index_of(self, payload_sha256: str) -> int | None:
        """The log index of a statement, as first signed."""
        with self._read() as connection:
            entry = lookup.entry_of_payload(connection, payload_sha256)
        return None if entry is None else entry.log_index

    def place_of(self, bundle: Bundle) -> int | None:
        """The log index of a statement as signed by this bundle's key, which may not be the first to sign it."""
        leaf = leaf_hash(entry_of(bundle).to_bytes())
        with self._read() as connection:
            entry = lookup.entry_of_leaf(connection, leaf)
        return None if entry is None else entry.log_index

    def bundle(self, payload_sha256: str) -> bytes:
        """The logged statement with this payload, as first signed.

        Raises:
            RegistryError: CERT-E079 not in the log; CERT-E070 damaged on disk.
        """
        with self._read() as connection:
            entry = lookup.entry_of_payload(connection, payload_sha256)
        if entry is None:
            raise absent(f"the log does not hold the statement {payload_sha256[:64]}")
        return self._blobs.get(entry.bundle_sha256)

    def bundle_at(self, index: int) -> bytes:
        """The signed statement at a log index.

        Raises:
            RegistryError: CERT-E079 no such entry; CERT-E070 damaged on disk.
        """
        found = self.entries(index, index + 1)
        if not found:
            raise absent(f"the log has no entry {index}")
        return self._blobs.get(found[0].bundle_sha256)

    def plan(self, payload_sha256: str) -> PlanRow | None:
        """The logged plan with this payload."""
        with self._read() as connection:
            return lookup.plan(connection, payload_sha256)

    def earlier_plans(
        self, applicant: str, name: str, weights_digest: str, before_index: int
    ) -> tuple[EarlierPlan, ...]:
        """Plans logged before ``before_index`` that share applicant, name or weights, oldest first."""
        with self._read() as connection:
            return lookup.earlier_plans(connection, applicant, name, weights_digest, before_index)

    def evaluation_of(self, plan_sha256: str) -> tuple[int, bytes] | None:
        """Log index and bundle of a plan's one evaluation."""
        with self._read() as connection:
            index = lookup.evaluation_index(connection, plan_sha256)
        return None if index is None else (index, self.bundle_at(index))

    def certificate(self, serial: str) -> CertificateRow | None:
        """The certificate with this serial."""
        with self._read() as connection:
            return lookup.certificate(connection, serial)

    def certificates(self) -> tuple[CertificateRow, ...]:
        """All certificates, newest first."""
        with self._read() as connection:
            return lookup.certificates(connection)

    def certificates_of(self, model_identity: str) -> tuple[CertificateRow, ...]:
        """The certificates of exactly this model, newest first."""
        with self._read() as connection:
            return lookup.certificates_of(connection, model_identity)

    def find(
        self,
        question: Question,
        *,
        status: str | None = None,
        now: str,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[FoundCertificate, ...]:
        """At most ``limit`` certificates that a question matches, newest first, each with how it stands.

        Args:
            question: what is looked for.
            status: only those that stand so at ``now``; the words are those of ``FoundCertificate``.
            now: the time in UTC, ``2026-11-23T17:00:00Z``.
            before: log index of the last one of an earlier answer, which this one continues.
            limit: how many at most.

        How they stand here is the index's word; ``standing`` reads it from the signed log.
        """
        found: list[FoundCertificate] = []
        with self._read() as connection:
            while len(found) < limit and (rows := matching(connection, question, before, max(limit, 50))):
                states, needed = changes_of(connection, [row.serial for row in rows]), voices_needed(connection)
                told = (FoundCertificate(row, standing_in_list(row, states[row.serial], now, needed)) for row in rows)
                found += [one for one in told if status is None or one.standing == status]
                before = rows[-1].log_index
        return tuple(found[:limit])

    def touched(self, kind: str, terms: Iterable[str]) -> tuple[CertificateRow, ...]:
        """The certificates with any of these terms, oldest first; the kinds are those of ``store.terms``."""
        with self._read() as connection:
            return finding.touched(connection, kind, terms)

    def known_terms(self, kind: str, prefix: str = "") -> tuple[str, ...]:
        """The terms of a kind that begin so, sorted."""
        with self._read() as connection:
            return finding.known_terms(connection, kind, prefix)

    def indexed_changes(self, serials: Sequence[str]) -> dict[str, list[Change]]:
        """Every word about the standing of each certificate, by the index; ``changes`` reads one's from the log."""
        with self._read() as connection:
            return changes_of(connection, serials)

    def rendering_of(self, serial: str) -> tuple[int, bytes] | None:
        """Log index and bundle of a certificate's newest rendering, by the log's own entries.

        Raises:
            RegistryError: CERT-E070, the entries are not those of the signed head, or the index is not theirs.
        """
        with self._read() as connection:
            indexed = lookup.rendering_indexes(connection, serial)
            found = self._committed.about(connection, RENDERING, serial, indexed)
        return found[-1] if found else None

    def answer_parts(self, serial: str) -> AnswerParts:
        """What is answered about a certificate, read under one head, so that it never claims more log than it read.

        Raises:
            RegistryError: CERT-E070, the entries are not those of the signed head, or the index is not theirs.
        """
        with self._read() as connection:
            return read_parts(connection, self._committed, self._kept.over, serial)

    def serial_of_pdf(self, pdf_sha256: str) -> str | None:
        """The certificate that a PDF was logged for, by the digest of the whole file."""
        with self._read() as connection:
            return lookup.serial_of_pdf(connection, pdf_sha256)

    def statuses(self, serial: str) -> list[tuple[int, bytes]]:
        """Log index and bundle of every change in a certificate's standing, in the order of the log's own entries.

        Raises:
            RegistryError: CERT-E070, the entries are not those of the signed head, or the index is not theirs.
        """
        with self._read() as connection:
            indexed = lookup.status_indexes(connection, serial)
            return list(self._committed.about(connection, STATUS, serial, indexed))

    def standing(self, serial: str) -> StandingOf:
        """How a certificate stands by this registry's own word; a stranger folds the verified statuses instead.

        Raises:
            RegistryError: CERT-E079, no such certificate; CERT-E070, its statuses are not those of the signed log.
        """
        if self.certificate(serial) is None:
            raise absent(f"the log holds no certificate {serial}")
        return fold_changes(serial, self.changes(serial), self.voices_needed())

    def changes(self, serial: str) -> tuple[Change, ...]:
        """Every word about a certificate's standing, read from the log's own entries, in their order.

        Raises:
            RegistryError: CERT-E070, its statuses are not those of the signed log.
        """
        return tuple(change_of(index, parse_bundle(bundle)) for index, bundle in self.statuses(serial))

    def all_changes(self) -> dict[str, tuple[Change, ...]]:
        """Every word about the standing of each certificate that has any, read from the log's own entries.

        Raises:
            RegistryError: CERT-E070, the entries are not those of the signed log.
        """
        with self._read() as connection:
            found = self._committed.every(connection, STATUS)
        return {
            serial: tuple(change_of(index, parse_bundle(bundle)) for index, bundle in said)
            for serial, said in found.items()
        }

    def voices_needed(self) -> Needed:
        """How many revokers must sign a revocation at a place of the log, by the keys this registry has enrolled."""
        with self._read() as connection:
            return voices_needed(connection)

    def enrolled(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Every key it takes statements from now: (key id, role) to its PEM text and who holds it."""
        with self._read() as connection:
            return admission.all_enrolled(connection)

    def every_key(self) -> dict[tuple[str, str], tuple[str, str]]:
        """``enrolled`` with the keys that it took statements from once and takes none from any more."""
        with self._read() as connection:
            return admission.every_key(connection)

    def retired(self, keyid: str, role: str) -> bool:
        """Whether it took statements in a role from a key once, and takes none any more."""
        with self._read() as connection:
            return admission.was_retired(connection, keyid, role)

    def get_blob(self, digest: str) -> bytes:
        """The bytes kept under a SHA-256.

        Raises:
            RegistryError: CERT-E079 not here; CERT-E070 changed on disk.
        """
        return self._blobs.get(digest)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._log.database.read() as connection:
            yield connection
