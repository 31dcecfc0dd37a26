"""Whose statements the log takes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certify.trust.keys import keyid_of_pem, public_key_of
from certify_registry.registry import Registry
from certify_registry.service.answers import document
from certify_registry.service.bodies import read_json
from certify_registry.service.callers import Administering, Reading
from certify_registry.service.documents import KeyChange, KeyChanged, KeyDocument, KeysDocument
from certify_registry.service.routes.described import body
from certify_registry.service.state import service_of

router = APIRouter(tags=["keys"])


@router.get("/keys", responses={200: {"model": KeysDocument}}, response_class=Response)
async def read_keys(request: Request, _: Reading) -> Response:
    """Every key whose statements are taken now. Whether to trust one is for the reader's own trust file to say."""
    service = service_of(request)
    enrolled = await service.call(service.reader.enrolled)
    keys = [
        KeyDocument(keyid=keyid, role=role, party=party, pem=pem) for (keyid, role), (pem, party) in enrolled.items()
    ]
    return document(KeysDocument(keys=tuple(sorted(keys, key=lambda key: (key.role, key.keyid)))))


@router.post(
    "/keys",
    responses={200: {"model": KeyChanged}},
    response_class=Response,
    openapi_extra=body(KeyChange.model_json_schema(by_alias=True)),
)
async def change_keys(request: Request, _: Administering) -> Response:
    """Take statements from a key, or no more; what is in the log stays."""
    service = service_of(request)
    limits = service.settings.limits
    found = await read_json(request, limit=limits.body_bytes, seconds=limits.body_seconds, name="change of keys")
    wanted = KeyChange.from_document(found, by_name=False)
    assert service.writer is not None  # noqa: S101 - ``Administering`` has looked
    return document(await service.call(_change, service.writer, wanted))


def _change(registry: Registry, wanted: KeyChange) -> KeyChanged:
    public_key_of(wanted.pem)
    keyid = keyid_of_pem(wanted.pem)
    known = registry.enrolled().get((keyid, wanted.role))
    if wanted.event == "enrol":
        if known is not None and known[1] == wanted.party:
            return KeyChanged(keyid=keyid, changed=False)
        registry.enroll(wanted.pem, wanted.party, wanted.role)
    elif known is None:
        return KeyChanged(keyid=keyid, changed=False)
    else:
        registry.retire(wanted.pem, wanted.party, wanted.role)
    return KeyChanged(keyid=keyid, changed=True)
