"""The log's entries: handing statements in, and reading them with their proofs."""

from __future__ import annotations

import asyncio
import base64
import time
from concurrent.futures import Future
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from certify.errors import CertifyError, HostileInput
from certify.evidence.statement import APPROVAL, EVALUATION, RENDERING, STATUS, Statement
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify_registry import Appended
from certify_registry.faults import absent
from certify_registry.reader import Reader
from certify_registry.service.answers import FOR_GOOD, NEVER, PRIVATE_FOR_GOOD, document
from certify_registry.service.bodies import read_json
from certify_registry.service.callers import Reading, Writing, spend
from certify_registry.service.documents import (
    BatchResult,
    BatchResults,
    EntriesPage,
    EntryDocument,
    EntryProof,
    Submitted,
)
from certify_registry.service.principals import Principal, require_kind
from certify_registry.service.problems import problem_of, status_of
from certify_registry.service.refusals import bad_request, overloaded, still_waiting
from certify_registry.service.routes.described import BATCH_BODY, BUNDLE_BODY
from certify_registry.service.routes.shared import MOST, IndexPath, size_of
from certify_registry.service.state import Service, service_of
from certify_registry.service.subjects import check_subject
from certify_registry.store.lookup import EntryRow
from certify_registry.waiting import RoomFull

router = APIRouter(tags=["entries"])
Parts = tuple[Bundle, Statement]
Read = Parts | CertifyError
"""A statement, or why it is none."""
RESTING = (APPROVAL, EVALUATION, RENDERING, STATUS)
"""Kinds that are checked against statements logged before them, of the same batch, too."""


@router.post(
    "/entries",
    responses={200: {"model": Submitted}, 201: {"model": Submitted}},
    status_code=201,
    response_class=Response,
    openapi_extra=BUNDLE_BODY,
)
async def submit(request: Request, who: Writing) -> Response:
    """Log one signed statement, once: handing it in again gives the same place."""
    service = service_of(request)
    limits = service.settings.limits
    found = await read_json(request, limit=limits.body_bytes, seconds=limits.body_seconds, name="bundle")
    taken = await service.call(_take, service, who, *await service.call(_read, found))
    made = await _settled(service, taken)
    headers = {"location": f"/api/v1/entries/{made.index}"}
    return document(made, 200 if made.duplicate else 201, headers=headers)


@router.post(
    "/entries:batch", responses={200: {"model": BatchResults}}, response_class=Response, openapi_extra=BATCH_BODY
)
async def submit_batch(request: Request, who: Writing) -> Response:
    """Log several signed statements in their order; one that is refused does not stop the others."""
    service = service_of(request)
    limits = service.settings.limits
    found = await read_json(request, limit=limits.body_bytes, seconds=limits.body_seconds, name="batch")
    if not isinstance(found, list) or not 1 <= len(found) <= limits.batch:
        raise bad_request(f"a batch is a list of 1 to {limits.batch} bundles")
    spend(service.writes, who, len(found))
    results: list[BatchResult] = []
    for run in await service.call(_runs, found):
        taken = await service.call(_take_all, service, who, run)
        results += await asyncio.gather(*(_result(service, one) for one in taken))
    return document(BatchResults(results=tuple(results)))


@router.get("/entries", responses={200: {"model": EntriesPage}}, response_class=Response)
async def read_entries(
    request: Request,
    _: Reading,
    start: Annotated[int, Query(ge=0, le=MOST, description="Log index of the first.")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000, description="Entries at most; the server may give fewer.")] = 100,
) -> Response:
    """Consecutive entries, with the checkpoint and the hashes that show that none was left out."""
    service = service_of(request)
    most = min(limit, service.settings.limits.page)
    return document(await service.call(_page, service.reader, start, most), cache=NEVER)


@router.get("/entries/{index}", responses={200: {"model": EntryDocument}}, response_class=Response)
async def read_entry(request: Request, _: Reading, index: IndexPath) -> Response:
    """One entry."""
    service = service_of(request)
    row = await service.call(_entry, service.reader, index)
    return document(_of_row(row), cache=PRIVATE_FOR_GOOD if service.settings.private else FOR_GOOD)


@router.get("/entries/{index}/proof", responses={200: {"model": EntryProof}}, response_class=Response)
async def read_proof(request: Request, _: Reading, index: IndexPath) -> Response:
    """The proof of one entry against the newest checkpoint."""
    service = service_of(request)
    row = await service.call(_entry, service.reader, index)
    proof = await service.call(service.reader.proof, index)
    return document(EntryProof(index=index, leaf=_base64(row.leaf), proof=proof))


def _read(found: Any) -> Parts:
    if not isinstance(found, dict):
        raise HostileInput("CERT-E045", "the body is not a Sigstore bundle")
    bundle = parse_bundle(found)
    return bundle, statement_of(bundle)


def _runs(found: list[Any]) -> list[list[Read]]:
    """A batch in its order, cut where a statement rests on others, which have to be in the log by then."""
    runs: list[list[Read]] = []
    for read in map(_parts, found):
        if not runs or (not isinstance(read, CertifyError) and read[1].predicate_type in RESTING):
            runs.append([])
        runs[-1].append(read)
    return runs


def _parts(found: Any) -> Read:
    try:
        return _read(found)
    except CertifyError as error:
        return error


def _take(service: Service, who: Principal, bundle: Bundle, statement: Statement) -> Future[Appended]:
    """Check what the log does not, and hand a statement to it."""
    require_kind(who, statement.predicate_type)
    check_subject(service.reader, statement)
    assert service.appender is not None  # noqa: S101 - ``Writing`` has looked
    try:
        return service.appender.submit(bundle.to_bytes())
    except RoomFull:
        raise overloaded(service.appender.waiting) from None


def _take_all(service: Service, who: Principal, run: list[Read]) -> list[Future[Appended] | CertifyError]:
    """Hand statements to the log in their order, which several threads would not keep."""
    taken: list[Future[Appended] | CertifyError] = []
    for read in run:
        try:
            taken.append(read if isinstance(read, CertifyError) else _take(service, who, *read))
        except CertifyError as error:
            taken.append(error)
    return taken


async def _settled(service: Service, taken: Future[Appended]) -> Submitted:
    """The log's answer; whoever stops waiting loses the answer and nothing else."""
    seconds, started = service.settings.limits.append_seconds, time.perf_counter()
    try:
        made = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(taken)), seconds)
    except TimeoutError:
        raise still_waiting(seconds) from None
    service.metrics.append_seconds.observe(time.perf_counter() - started)
    (service.metrics.duplicates if made.duplicate else service.metrics.appended).inc()
    return Submitted(index=made.index, duplicate=made.duplicate, proof=made.proof)


async def _result(service: Service, taken: Future[Appended] | CertifyError) -> BatchResult:
    try:
        if isinstance(taken, CertifyError):
            raise taken
        return BatchResult(submitted=await _settled(service, taken))
    except CertifyError as error:
        service.metrics.refusals.labels(error.code).inc()
        return BatchResult(problem=problem_of(error, status=status_of(error, handed_in=True)).document())


def _page(reader: Reader, start: int, limit: int) -> EntriesPage:
    checkpoint = reader.checkpoint()  # first: the entries it covers are there when they are asked for
    size = size_of(checkpoint)
    end = min(start + limit, size)
    rows = reader.entries(start, end) if start < end else ()
    proof = reader.range_proof(start, end, size) if rows else ()
    return EntriesPage(
        start=start,
        entries=tuple(map(_of_row, rows)),
        size=size,
        checkpoint=checkpoint,
        proof=tuple(map(_base64, proof)),
        next=end if rows and end < size else None,
    )


def _entry(reader: Reader, index: int) -> EntryRow:
    found = reader.entries(index, index + 1)
    if not found:
        raise absent(f"the log has no entry {index}")
    return found[0]


def _of_row(row: EntryRow) -> EntryDocument:
    return EntryDocument(
        index=row.log_index,
        leaf=_base64(row.leaf),
        leaf_hash=row.leaf_hash.hex(),
        predicate_type=row.predicate_type,
        payload_sha256=row.payload_sha256,
        subject=row.subject,
        keyid=row.keyid,
        bundle_sha256=row.bundle_sha256,
        appended_at=row.appended_at,
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
