"""Serial, bundle digest and renderer in a PDF's metadata (XMP): written and read by the same code.

Archives index files by their metadata. What stands there is compared with the bundle, so it can say nothing else.
"""

from __future__ import annotations

import re

from certify.errors import HostileInput
from certify.verify.pdf_contents import Contents

NAMESPACE = "https://certify-models.dev/ns/pdf/1.0/"
"""Our properties' XML namespace; a name, nothing is fetched from there."""
PROPERTIES = (
    ("serial", "Serial of the certificate that the pages show"),
    ("bundleDigest", "Digest of the attached bundle.json, with its algorithm"),
    ("renderer", "Programs and fonts that drew the pages, with versions"),
)
"""Every property with what it means, as PDF/A asks: ISO 19005-3:2012, clause 6.6.2.3."""

_RENDERER = r"[A-Za-z0-9 .,:+_()/-]{1,400}"
_WRITTEN = re.compile(rb'\bcertify:renderer="(' + _RENDERER.encode() + rb')"')


def marks(contents: Contents, renderer: str) -> bytes:
    """The RDF block with our three properties.

    Args:
        contents: of the bundle.
        renderer: what drew the page, plain ASCII without markup.

    Raises:
        ValueError: the renderer's name could not be written as it is.
    """
    if not re.fullmatch(_RENDERER, renderer):
        raise ValueError(f"the renderer's name {renderer[:60]!r} cannot stand in metadata")
    return (
        f'<rdf:Description rdf:about="" xmlns:certify="{NAMESPACE}"\n'
        f' certify:serial="{contents.serial}"\n'
        f' certify:bundleDigest="sha256:{contents.bundle_sha256}"\n'
        f' certify:renderer="{renderer}"/>\n'
    ).encode("ascii")


def require_marks(xmp: bytes, contents: Contents) -> str:
    """The renderer, if the metadata names exactly this bundle and nothing else in our namespace.

    Raises:
        HostileInput: CERT-E587, it names another serial or digest, none, or says a thing twice.
    """
    found = _WRITTEN.findall(xmp)
    renderer = found[0].decode("ascii") if len(found) == 1 else ""
    # once in the block, once where PDF/A has the namespace described
    if not renderer or xmp.count(marks(contents, renderer)) != 1 or xmp.count(NAMESPACE.encode()) != 2 or b"<!" in xmp:
        raise mismatch("its metadata does not name the serial and the digest of the bundle inside, or not once")
    return renderer


def require_unmarked(xmp: bytes) -> None:
    """Returns if nothing in the metadata is ours, as in files of version 0.1.

    Raises:
        HostileInput: CERT-E587, something is.
    """
    if b"certify:" in xmp or NAMESPACE.encode() in xmp:
        raise mismatch("its metadata is of a later form than its attachments")


def mismatch(why: str) -> HostileInput:
    """The error for metadata that says something else than the bundle."""
    return HostileInput(
        "CERT-E587",
        "the PDF's metadata does not match the certificate inside",
        why,
        "ask the issuer or the registry for the original file",
    )
