"""Codes 680 to 689: the registry's pages."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E680": Explanation(
        "The registry has no page for this",
        "It holds no certificate, model or key of that name, or not the file that was asked for. Serials and digests "
        "must be whole and exact. A certificate that some PDF names and its registry does not hold was never logged "
        "there: do not rely on it before the issuer has explained why.",
    ),
    "CERT-E681": Explanation(
        "The address or form asks for nothing that can be looked up",
        "A field is too long, holds control characters, or names a status that does not exist; or a comparison names "
        "one certificate twice. Begin the search again from the registry's first page.",
    ),
    "CERT-E682": Explanation(
        "The pages cannot be written to this folder",
        "`certify registry site` writes to a new or empty folder only, so that pages of an older copy never stand "
        "beside newer ones; and a folder of files is for registries of up to 5,000 certificates. Name another folder, "
        "or serve a larger registry.",
    ),
}
