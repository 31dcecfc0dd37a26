"""A page that shows one thing and carries another, as a dishonest issuer could draw it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from certify.evidence.canonical import sha256_hex
from certify.evidence.evaluation import Evaluation
from certify.issue.render import render
from certify.page.page import page_of
from certify.trust.bundle import statement_of
from tests.fakes.chain import Chain
from tests.fakes.forgery import parts_of


def showing(shown: Chain, attached: Chain, **changed: Any) -> bytes:
    """The unsigned page of one certificate with all attachments and metadata of another, as its issuer could draw it.

    Args:
        shown: whose facts are printed.
        attached: whose bundle goes into the file.
        changed: fields of the certificate to print otherwise.
    """
    evaluation = Evaluation.from_document(statement_of(parts_of(shown.bundle)["evaluation"]).predicate)
    page = page_of(shown.certificate.model_copy(update=changed), evaluation.results(), shown.policy.document)
    when = datetime.strptime(attached.certificate.issued_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    name = bytes.fromhex(sha256_hex(attached.bundle))[:16]
    return render(page, attached.bundle, identifier=name, created=when)
