"""One revision appended to a PDF, byte for byte the same from the same parts.

Written here and not by a library: a file that was archived today has to come out the same when a reader builds it again
in twenty years, whatever version of which library is installed then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from certify.evidence.canonical import sha256_hex
from certify.verify.pdf_signature import rejected

ARCHIVE = "CERT-E591"
"""What follows the issuer's signature is not an archive of this program."""

_END = "startxref\n{}\n%%EOF\n"
_LAST = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
_XREF = re.compile(rb"\d{1,7} 0 obj\n<</Type /XRef[ -~]{0,2000}?/Prev (\d{1,10})/Length \d{1,9}>>\nstream\n")


class Base(NamedTuple):
    """What a revision is put on."""

    data: bytes
    """The file so far."""
    root: int
    """Object number of the catalog."""
    info: int
    """Object number of the document information."""
    identifier: str
    """First half of the file identifier, hexadecimal; it stays."""
    size: int
    """First object number that is free."""


def base_of(data: bytes, trailer: Any) -> Base:
    """The file so far, from the trailer that a PDF reader found.

    Raises:
        HostileInput: CERT-E591, the trailer is not of the form that certify's files have.
    """
    root, info = trailer.raw_get("/Root"), trailer.raw_get("/Info")
    if root.generation or info.generation:
        raise rejected("an object of it was replaced", code=ARCHIVE)
    first = trailer["/ID"][0]
    octets = getattr(first, "original_bytes", None) or bytes(first)
    return Base(data, root.idnum, info.idnum, octets.hex(), int(trailer["/Size"]))


def append(base: Base, objects: Mapping[int, bytes]) -> tuple[bytes, dict[int, int]]:
    """The file with one revision more, and the offset of each of its objects.

    Args:
        base: what it is put on.
        objects: object number to what stands between ``obj`` and ``endobj``; written in this order.

    Source: ISO 32000-1:2008, 7.5.6 (incremental updates) and 7.5.8 (cross-reference streams).
    """
    parts, offsets, at = [base.data], {}, len(base.data)
    for number, body in objects.items():
        text = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        offsets[number] = at
        parts.append(text)
        at += len(text)
    own = max(base.size - 1, *objects) + 1
    parts.append(_cross_references(base, {**offsets, own: at}, own))
    return b"".join(parts) + _END.format(at).encode("ascii"), offsets


def _cross_references(base: Base, offsets: Mapping[int, int], own: int) -> bytes:
    numbers = sorted(offsets)
    rows = b"".join(b"\x01" + offsets[number].to_bytes(4, "big") + b"\x00" for number in numbers)
    head = (
        f"<</Type /XRef/Index [{' '.join(f'{number} 1' for number in numbers)}]/W [1 4 1]/Size {own + 1}"
        f"/Root {base.root} 0 R/Info {base.info} 0 R/ID [<{base.identifier}> <{sha256_hex(base.data)[:32]}>]"
        f"/Prev {last_cross_references(base.data)}/Length {len(rows)}>>"
    )
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (own, head.encode("ascii"), rows)


def last_cross_references(data: bytes) -> int:
    """Where the last cross-reference section of a file begins.

    Raises:
        HostileInput: CERT-E591, the file does not end the way certify's files do.
    """
    found = _LAST.search(data, max(0, len(data) - 40))
    if found is None:
        raise rejected("it does not end the way certify's files do", code=ARCHIVE)
    return int(found[1])


def before(data: bytes, revisions: int) -> bytes:
    """The file as it was some revisions ago, by the chain of its cross-references.

    Raises:
        HostileInput: CERT-E591, the revisions are not of the form written here.
    """
    at = last_cross_references(data)
    for _ in range(revisions):
        found = _XREF.match(data, at)
        if found is None or int(found[1]) >= at:
            raise rejected("what was added to it is not written as certify writes it", code=ARCHIVE)
        at, latest = int(found[1]), at
    end = _END.format(at).encode("ascii")
    place = data.rfind(end, 0, latest)
    if place < 0:
        raise rejected("what was added to it does not follow the issuer's file", code=ARCHIVE)
    return data[: place + len(end)]


def stream(content: bytes) -> bytes:
    """The body of a stream object, uncompressed."""
    return b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content)
