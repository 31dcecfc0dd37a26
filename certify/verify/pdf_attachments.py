"""The files attached to a certificate's PDF: exactly those that its bundle asks for, byte for byte."""

from __future__ import annotations

import zlib
from typing import Any

from certify.errors import HostileInput
from certify.verify.pdf_contents import BUNDLE_NAME, Contents, bundle_attachment, contents_of
from certify.verify.pdf_signature import rejected

MAX_BUNDLE_BYTES = 64 * 1024 * 1024
MAX_STREAM_BYTES = 1024 * 1024
"""Bytes of the metadata."""

WHICH, DIFFERS = "CERT-E585", "CERT-E586"
"""Another set of attachments than the bundle asks for; one that says something else than the bundle."""


FILE = frozenset(("/Type", "/F", "/UF", "/EF", "/Desc", "/AFRelationship"))
"""Entries of a file specification; no second file, no folder, no thumbnail."""


def attached_bundle(root: Any) -> tuple[bytes, Contents | None]:
    """The bundle, and what else the file has to hold; None for a file of version 0.1, which holds the bundle alone.

    Raises:
        HostileInput: CERT-E081 there is no bundle; CERT-E088 too large; CERT-E585 more or fewer files than it asks for,
            or stored otherwise; CERT-E586 one of them is not what it says; CERT-E043 to CERT-E049 malformed.
    """
    found = _files(root)
    if BUNDLE_NAME not in found:
        raise foreign()
    bundle = content_of(found[BUNDLE_NAME])
    listed = root["/AF"]
    kinds = {str(listed[place]["/UF"]): str(listed[place]["/AFRelationship"]) for place in range(len(listed))}
    if list(found) == [BUNDLE_NAME] and kinds == {BUNDLE_NAME: f"/{bundle_attachment(bundle).relationship}"}:
        return bundle, None
    expected = contents_of(bundle)
    wanted = {one.name: f"/{one.relationship}" for one in expected.attachments}
    if list(found) != list(wanted) or kinds != wanted or len(listed) != len(wanted):
        raise rejected("other files are attached to it than its bundle asks for", code=WHICH)
    for one in expected.attachments[1:]:
        if content_of(found[one.name]) != one.content:
            raise rejected(f"the attached {one.name} is not what its bundle says", code=DIFFERS)
    return bundle, expected


def _files(root: Any) -> dict[str, Any]:
    """The file specification of each attachment, by name, in the order of the name tree."""
    try:
        names = root["/Names"]["/EmbeddedFiles"]["/Names"]
        listed = [(str(names[place]), names[place + 1]) for place in range(0, len(names), 2)]
        # two names for people, one for the tree: all three are the same, or viewers would show different ones
        alike = all({str(one["/UF"]), str(one["/F"])} == {name} for name, one in listed)
    except (KeyError, IndexError, TypeError) as error:
        raise foreign() from error
    if not alike or len(dict(listed)) != len(listed):
        raise rejected("an attached file goes by two names", code=WHICH)
    return dict(listed)


def content_of(specification: Any) -> bytes:
    """The bytes of an attached file."""
    if list(specification["/EF"]) != ["/F"] or not set(specification) <= FILE:
        raise rejected("an attached file is there in two versions, or has more to it than a file", code=WHICH)
    return stream_bytes(specification["/EF"]["/F"], MAX_BUNDLE_BYTES, "its attachment is", WHICH)


def stream_bytes(stream: Any, limit: int, what: str, code: str = WHICH) -> bytes:
    """What a stream holds, compressed in the one way or not at all.

    Raises:
        HostileInput: CERT-E088, more than ``limit`` bytes; ``code``, stored in another way.
    """
    plain = "/Filter" not in stream
    if not (plain or stream["/Filter"] == "/FlateDecode") or "/DecodeParms" in stream or "/F" in stream:
        raise rejected(f"{what} stored in an unusual way", code=code)
    encoded = stream.encoded_data
    inflater = zlib.decompressobj()
    found = encoded if plain else inflater.decompress(encoded, limit)
    if plain and len(encoded) <= limit:
        return bytes(found)
    if inflater.unconsumed_tail or inflater.unused_data or not inflater.eof:
        hint = "ask the issuer or the registry for the original file"
        why = f"{what} larger than {limit // 2**20} MiB, or does not end"
        raise HostileInput("CERT-E088", "the PDF is too large to be a certificate", why, hint)
    return found


def foreign() -> HostileInput:
    """The error for a PDF that is something else."""
    return HostileInput(
        "CERT-E081",
        "this PDF is not a certificate of this program",
        f"it has no attached {BUNDLE_NAME}",
        "check that it is the right file",
    )
