"""Codes of ``certify export``."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES: dict[str, Explanation] = {
    "CERT-E185": Explanation(
        "Nothing is exported without a trust file",
        "An export is read by people and tools that never see the certificate's signatures, so certify writes one only "
        "after it has verified them itself. That takes a trust file, which says whose signatures count. Name it with "
        "`certify export CERT --trust FILE`, or set it up once with `certify trust use FILE`.",
    ),
    "CERT-E186": Explanation(
        "Nothing is exported of a certificate that is not in order",
        "A signature, a digest or a fact of the certificate does not hold under your trust file, so none of its words "
        "can be relied on. `certify verify CERT` shows each check. A certificate that was withdrawn or has expired is "
        "exported, with that among the first things it says; only a summary (`vsa`), which cannot say so, is not.",
    ),
}
