"""The archived form of a certificate's PDF (PAdES B-LTA): the issuer's file, unchanged, and rounds of preservation.

A round is two revisions: the certificates behind the signatures with word that none was revoked, and a timestamp over
everything before it. Each is built again from its parts and compared byte for byte, so nothing else can hide in it: no
page, no form but the timestamp's own field, no free byte.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from certify.errors import CertifyError
from certify.trust.tokens import MAX_TOKEN, read_token
from certify.verify.pdf_revision import ARCHIVE, append, base_of, before, stream
from certify.verify.pdf_signature import rejected
from certify.verify.pdf_structure import entry, open_pdf, too_large

MAX_ROUNDS = 24
"""A round every few years, for longer than any of the algorithms will last."""
MAX_ARCHIVE_BYTES = 64 * 1024 * 1024
"""Bytes of an archived file."""
MAX_OBJECT = 256 * 1024
"""Bytes of one certificate, revocation list or answer."""
MAX_OBJECTS = 32
"""Certificates, lists and answers of one round."""

KINDS = ("Certs", "CRLs", "OCSPs")
"""Source: ETSI EN 319 142-1 V1.1.1, clause 5.4.2.2, document security store."""
STAMP = b"<</Type /DocTimeStamp/Filter /Adobe.PPKLite/SubFilter /ETSI.RFC3161/ByteRange "
"""How the timestamp's dictionary begins. Source: ETSI EN 319 142-1 V1.1.1, clause 5.4.3."""
_EXTENSION = b"/Extensions <</ESIC <</BaseVersion /1.7/ExtensionLevel 5>>>>"
_INVISIBLE = "/Type /Annot/Subtype /Widget/Rect [0 0 0 0]/F 132"
"""Readers expect a widget of every field; this one has no size, and no page names it."""
_RANGE = 40
"""Characters kept free for the byte range, whose numbers are known only once everything is written."""
DIGITS = 2 * MAX_TOKEN
"""Hexadecimal digits of the place for the token."""


class Material(NamedTuple):
    """What a round adds for whoever checks the signatures when nobody can be asked any more; each sorted, DER."""

    certificates: tuple[bytes, ...] = ()
    """X.509 certificates."""
    lists: tuple[bytes, ...] = ()
    """Lists of revoked certificates (CRL)."""
    answers: tuple[bytes, ...] = ()
    """Answers about single certificates (OCSP)."""


class Round(NamedTuple):
    """One round of preservation; whether its authority counts is for the trust file to judge."""

    material: Material
    """What it added."""
    token: bytes
    """Timestamp token (RFC 3161), DER, in its one form."""
    signed: bytes
    """What the token is over."""


class Prepared(NamedTuple):
    """A round that waits for its timestamp."""

    data: bytes
    """The file with an empty place for the token."""
    hole: tuple[int, int]
    """Offsets of that place, brackets included."""

    @property
    def signed(self) -> bytes:
        """What the timestamp is over."""
        return self.data[: self.hole[0]] + self.data[self.hole[1] :]

    def finished(self, token: bytes) -> bytes:
        """The file with its timestamp."""
        digits = token.hex().upper().encode("ascii").ljust(DIGITS, b"0")
        return self.data[: self.hole[0]] + b"<" + digits + b">" + self.data[self.hole[1] :]


def is_archived(data: bytes) -> bool:
    """Whether the last signature of a file is the timestamp of an archive; nothing of it is checked."""
    place = data.rfind(b"/ByteRange [")
    return place >= 0 and data[: place + len("/ByteRange ")].endswith(STAMP)


def take_apart(data: bytes) -> tuple[bytes, tuple[Round, ...]]:
    """The issuer's file, still to be read strictly, and the rounds after it, oldest first; none for a plain file.

    Raises:
        HostileInput: CERT-E591, what was added is not exactly such rounds; CERT-E130, a timestamp does not hold
            together.
    """
    rounds: list[Round] = []
    if len(data) > MAX_ARCHIVE_BYTES:
        raise too_large(f"it has more than {MAX_ARCHIVE_BYTES // 2**20} MiB")
    while is_archived(data):
        if len(rounds) == MAX_ROUNDS:
            raise rejected(f"it has more than {MAX_ROUNDS} rounds of preservation", code=ARCHIVE)
        try:
            former, found = _last_round(data)
            read_token(found.token, found.signed)
        except CertifyError:
            raise
        except (Exception, RecursionError) as error:  # pyHanko raises many kinds on hostile files
            raise rejected("what was added to it cannot be read", error, ARCHIVE) from error
        rounds.append(found)
        data = former
    return data, tuple(reversed(rounds))


def _last_round(data: bytes) -> tuple[bytes, Round]:
    former, reader = before(data, 2), open_pdf(data)
    if reader.xrefs.total_revisions > 2 + 2 * MAX_ROUNDS:
        raise rejected("it has more revisions than any archive", code=ARCHIVE)
    material = _added(open_pdf(former).root, reader.root)
    fields = reader.root["/AcroForm"]["/Fields"]
    token = _unpadded(bytes(fields[len(fields) - 1]["/V"].raw_get("/Contents")))
    prepared = prepare(former, material)
    if prepared.finished(token) != data:
        raise rejected("what was added to it is not exactly revocation data and a timestamp", code=ARCHIVE)
    return former, Round(material, token, prepared.signed)


def _unpadded(contents: bytes) -> bytes:
    """The DER object at the start of zero-padded bytes; what follows is compared when it is built again."""
    from asn1crypto import cms

    return bytes(cms.ContentInfo.load(contents).dump())


def _added(former: Any, root: Any) -> Material:
    found = []
    for kind in KINDS:
        new = _held(root, kind)[len(_held(former, kind)) :]
        if len(new) > MAX_OBJECTS or any(len(one) > MAX_OBJECT for one in new) or sorted(set(new)) != new:
            raise rejected("its revocation data is too much, or not in order", code=ARCHIVE)
        found.append(tuple(new))
    return Material(*found)


def _held(root: Any, kind: str) -> list[bytes]:
    listed = entry(entry(root, "/DSS", {}), f"/{kind}", ())
    return [bytes(listed[place].encoded_data) for place in range(len(listed))]


def prepare(data: bytes, material: Material) -> Prepared:
    """A file with one round more, whose timestamp is still missing.

    Args:
        data: a signed certificate, archived before or not.
        material: what the round adds, each part sorted.

    Raises:
        HostileInput: CERT-E591, the file is not one that certify made.
    """
    return _with_stamp(_with_store(data, material))


def _with_store(data: bytes, material: Material) -> bytes:
    """The first revision: the document security store with what it held before and what is new."""
    reader = open_pdf(data)
    base, root = base_of(data, reader.trailer), reader.root
    first = "/DSS" not in root
    store = base.size if first else root.raw_get("/DSS").idnum
    objects: dict[int, bytes] = {}
    if first:
        objects[base.root] = _catalog(data, reader, store)
    objects[store] = b""
    listed, free = [], base.size + first
    for kind, new in zip(KINDS, material, strict=True):
        old = [] if first else _numbers(entry(root["/DSS"], f"/{kind}", ()))
        numbers = [*old, *range(free, free + len(new))]
        free += len(new)
        objects.update(zip(numbers[len(old) :], map(stream, new), strict=True))
        if numbers:
            listed.append(f"/{kind} [{' '.join(f'{number} 0 R' for number in numbers)}]")
    objects[store] = f"<</Type /DSS{''.join(listed)}>>".encode("ascii")
    return append(base, objects)[0]


def _catalog(data: bytes, reader: Any, store: int) -> bytes:
    """The catalog's own text with the store named in it, and the extension of PDF that stores belong to."""
    place = reader.xrefs[reader.trailer.raw_get("/Root").reference]
    if not isinstance(place, int):
        raise rejected("its catalog is not where certify's files have it", code=ARCHIVE)
    start, end = data.index(b"obj", place) + 3, data.index(b"endobj", place)
    text = data[start:end].strip()
    if not text.endswith(b">>") or b"/Extensions" in text:
        raise rejected("its catalog is not as certify's files have it", code=ARCHIVE)
    return text[:-2].rstrip() + b"\n/DSS %d 0 R\n%b\n>>" % (store, _EXTENSION)


def _with_stamp(data: bytes) -> Prepared:
    """The second revision: a field of the form whose value is the timestamp; it is on no page."""
    reader = open_pdf(data)
    base, form = base_of(data, reader.trailer), reader.root.raw_get("/AcroForm").idnum
    fields = _numbers(reader.root["/AcroForm"]["/Fields"])
    field, value = base.size, base.size + 1
    listed = " ".join(f"{number} 0 R" for number in (*fields, field))
    empty = b"<" + b"0" * DIGITS + b">"
    objects = {
        form: f"<</Fields [{listed}]/SigFlags 3>>".encode("ascii"),
        field: f"<<{_INVISIBLE}/FT /Sig/T (CertifyArchive{len(fields)})/V {value} 0 R>>".encode("ascii"),
        value: STAMP + b" " * _RANGE + b"/Contents " + empty + b">>",
    }
    written, offsets = append(base, objects)
    return _ranged(written, offsets[value], len(empty))


def _ranged(written: bytes, value: int, length: int) -> Prepared:
    at = written.index(STAMP, value) + len(STAMP)
    start = at + _RANGE + len("/Contents ")
    end = start + length
    numbers = f"[0 {start} {end} {len(written) - end}]".encode("ascii").ljust(_RANGE)
    return Prepared(written[:at] + numbers + written[at + _RANGE :], (start, end))


def _numbers(listed: Any) -> list[int]:
    return [listed.raw_get(place).idnum for place in range(len(listed))]
