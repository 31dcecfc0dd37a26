"""Certificates: found by what people know of them, with their standing and their PDF."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certify.errors import RegistryError
from certify.evidence.canonical import parse_json
from certify.evidence.certificate import Rendering
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.status import Term, at_time
from certify.verify.document import RegistryAnswer
from certify_registry.answering import ask_registry
from certify_registry.faults import absent
from certify_registry.reader import Reader
from certify_registry.service.answers import NEVER, SANDBOXED, document, file
from certify_registry.service.callers import Reading
from certify_registry.service.documents import CertificateDocument, CertificateItem, CertificatesPage
from certify_registry.service.routes.shared import MOST, Digest, Serial, Text
from certify_registry.service.state import service_of
from certify_registry.store.finding import Question
from certify_registry.store.lookup import CertificateRow

router = APIRouter(tags=["certificates"])
short = APIRouter(tags=["certificates"])
"""The short address of a certificate's document."""
StandingWord = Literal["valid", "expired", "not_yet_valid", "suspended", "revoked", "superseded"]


@router.get("/certificates", responses={200: {"model": CertificatesPage}}, response_class=Response)
async def search(  # noqa: PLR0917 - a question has many parts, each optional
    request: Request,
    _: Reading,
    q: Text = None,
    model: Digest = None,
    issuer: Text = None,
    policy: Text = None,
    status: StandingWord | None = None,
    digest: Digest = None,
    before: Annotated[int | None, Query(ge=0, le=MOST, description="The `next` of an earlier answer.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Certificates at most.")] = 50,
) -> Response:
    """Certificates by a part of a name or a serial, exact model, issuer, policy, standing or any digest they name."""
    service = service_of(request)
    terms = (("model", model), ("issuer", issuer), ("policy", policy))
    question = Question(text=q, digest=digest, terms=tuple((kind, term) for kind, term in terms if term is not None))
    most = min(limit, service.settings.limits.page)

    def ask() -> CertificatesPage:
        checkpoint = service.reader.checkpoint()
        found = service.reader.find(question, status=status, now=service.now(), before=before, limit=most)
        return CertificatesPage(
            certificates=tuple(_item(one.row, one.standing) for one in found),
            next=found[-1].row.log_index if len(found) == most else None,
            checkpoint=checkpoint,
        )

    return document(await service.call(ask))


@router.get("/certificates/{serial}", responses={200: {"model": CertificateDocument}}, response_class=Response)
async def read_certificate(request: Request, _: Reading, serial: Serial) -> Response:
    """One certificate: its signed statement, its proof, how it stands, and which PDF shows it."""
    service = service_of(request)
    return document(await service.call(_certificate, service.reader, serial, service.now()))


@router.get("/certificates/{serial}/status", responses={200: {"model": RegistryAnswer}}, response_class=Response)
async def read_status(request: Request, _: Reading, serial: Serial) -> Response:
    """How a certificate stands, every part signed and proven: what `certify verify` reads."""
    service = service_of(request)

    def ask() -> RegistryAnswer:
        _require(service.reader, serial)
        return ask_registry(service.reader, serial)

    return document(await service.call(ask))


@router.get(
    "/certificates/{serial}/pdf",
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    response_class=Response,
)
async def read_pdf(request: Request, _: Reading, serial: Serial) -> Response:
    """The PDF that shows a certificate, byte for byte as it was issued."""
    service = service_of(request)

    def ask() -> bytes:
        _require(service.reader, serial)
        named = pdf_of(service.reader, serial)
        if named is None:
            raise absent(f"the log names no PDF of {serial}")
        return service.reader.get_blob(named)

    headers = {
        "content-security-policy": SANDBOXED,
        "content-disposition": f'inline; filename="{serial}.pdf"',
    }
    return file(request, await service.call(ask), "application/pdf", cache=NEVER, headers=headers)


@short.get("/c/{serial}.json", include_in_schema=False)
async def short_address(serial: Serial) -> Response:
    """Leads to the certificate's document."""
    return RedirectResponse(f"/api/v1/certificates/{serial}", status_code=308)


def pdf_of(reader: Reader, serial: str) -> str | None:
    """The digest of the PDF that the newest rendering of a certificate names."""
    rendering = reader.rendering_of(serial)
    if rendering is None:
        return None
    made = statement_of(parse_bundle(rendering[1]))
    return Rendering.from_document(made.predicate, name="rendering", by_name=False).pdf_sha256


def _certificate(reader: Reader, serial: str, now: str) -> CertificateDocument:
    row = _require(reader, serial)
    pdf = pdf_of(reader, serial)
    return CertificateDocument(
        **dict(_item(row, standing_now(reader, row, now))),
        bundle=parse_json(reader.bundle_at(row.log_index), name="certificate"),
        proof=reader.proof(row.log_index),
        pdf_sha256=pdf,
        pdf_available=pdf is not None and _kept(reader, pdf),
    )


def standing_now(reader: Reader, row: CertificateRow, now: str) -> str:
    """How a certificate stands by the entries that the signed log commits to, in the words of ``CertificateItem``."""
    return at_time(reader.standing(row.serial).standing, Term(row.valid_from, row.valid_until), now).value


def _require(reader: Reader, serial: str) -> CertificateRow:
    row = reader.certificate(serial)
    if row is None:
        raise absent(f"the log holds no certificate {serial}", hint="check the serial; it is printed on page one")
    return row


def _kept(reader: Reader, digest: str) -> bool:
    try:
        reader.get_blob(digest)
    except RegistryError:
        return False
    return True


def _item(row: CertificateRow, standing: str) -> CertificateItem:
    return CertificateItem(
        serial=row.serial,
        index=row.log_index,
        model_name=row.model_name,
        model_identity=row.model_identity,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        standing=standing,
        payload_sha256=row.payload_sha256,
    )
