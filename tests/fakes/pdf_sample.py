"""The PDF of a sample certificate, drawn and signed once for all tests that need one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from certify.evidence.base import Value
from certify.evidence.certificate import Certificate, Level, ScreeningReport
from certify.issue.render import render, render_report
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.page.page import page_of
from certify.trust.keys import KeySigner
from tests.fakes.certificate_sample import attachment, certificate, policy, results

WHEN = datetime(2026, 11, 23, 17, 0, 5, tzinfo=UTC)
SIGNER = KeySigner.of(ec.derive_private_key(0xC0FFEE, ec.SECP256R1()))


def draw(
    value: Certificate | ScreeningReport, bundle: bytes | None = None, found: Mapping[str, Value] | None = None
) -> bytes:
    """The unsigned PDF of a value; over the sample's results unless others are given."""
    content = attachment() if bundle is None else bundle
    page = page_of(value, found or results(), policy())
    return render(page, content, identifier=hashlib.sha256(content).digest()[:16], created=WHEN)


def draw_report(value: Certificate | ScreeningReport, found: Mapping[str, Value] | None = None) -> bytes:
    """The full report of a value; over the sample's results unless others are given."""
    return render_report(page_of(value, found or results(), policy()), identifier=bytes(16), created=WHEN)


@cache
def unsigned() -> bytes:
    """The unsigned PDF of the sample certificate."""
    return draw(certificate(Level.ISSUER_RUN))


@cache
def signed() -> bytes:
    """The signed PDF of the sample certificate."""
    return sign_pdf(unsigned(), SIGNER, issuer_certificate(SIGNER, "Institut für Modellprüfung", WHEN), WHEN)
