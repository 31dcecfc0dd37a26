"""From the head of a request to the caller: credentials, privacy and rates, before anything else is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import HTTPBearer
from starlette.requests import Request

from certify_registry.service import api_keys
from certify_registry.service.buckets import Buckets
from certify_registry.service.principals import (
    Principal,
    require_known,
    require_reader,
    require_role,
)
from certify_registry.service.refusals import no_credentials, takes_nothing, too_often
from certify_registry.service.settings import Role
from certify_registry.service.state import Service, service_of

MAX_CREDENTIALS = 9000
"""Characters of an ``Authorization`` header."""
_bearer = HTTPBearer(auto_error=False, description="An API key (`certify_...`) or a token of an OpenID provider.")
Shown = Annotated[Any, Security(_bearer)]
"""Tells the description of the service that credentials may be shown; they are read in ``identify``."""


async def identify(service: Service, request: Request) -> Principal:
    """The caller: whoever its credentials name, or nobody in particular.

    Credentials that are not good count against the address they come from, in a bucket of its own; good ones do not.

    Raises:
        UsageError: CERT-E662, it shows credentials that are not good.
        BusyError: CERT-E664, its address has shown too many of those.
    """
    address = Principal(f"address:{request.client.host if request.client else 'unknown'}")
    given = request.headers.getlist("authorization")
    if not given:
        return address
    spend(service.failed, address)  # before they are looked at, which takes signatures and questions to providers
    found = await _shown(service, given)
    service.failed.give_back(address.name)
    request.state.caller = found.name
    return found


async def _shown(service: Service, given: list[str]) -> Principal:
    scheme, _, secret = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not secret or len(secret) > MAX_CREDENTIALS:
        raise no_credentials("the Authorization header is not of the form `Bearer TOKEN`")
    found = await _holder(service, secret.strip())
    if isinstance(found, str):
        raise no_credentials(f"the token {found}")
    return found


async def _holder(service: Service, secret: str) -> Principal | str:
    if secret.startswith(api_keys.PREFIX):
        return service.keys.holder_of(secret)
    if service.providers:
        return await service.call(service.providers.holder_of, secret)
    return "is not known here"


def spend(buckets: Buckets, who: Principal, tokens: int = 1) -> None:
    """Count a request against its caller.

    Raises:
        BusyError: CERT-E664, it asks too often.
    """
    wait = buckets.take(who.name, tokens)
    if wait:
        raise too_often(wait)


async def _reader(request: Request, _: Shown = None) -> Principal:
    service = service_of(request)
    who = await identify(service, request)
    spend(service.reads, who)
    if service.settings.private:
        require_reader(who)
    return who


async def log_reader(request: Request) -> Principal:
    """The caller of an address that serves the log itself, which witnesses read, too."""
    service = service_of(request)
    who = await identify(service, request)
    spend(service.reads, who)
    if service.settings.private:
        require_known(who)
    return who


async def _writer(request: Request, _: Shown = None) -> Principal:
    service = service_of(request)
    who = await identify(service, request)
    spend(service.writes, who)
    require_known(who)
    if service.writer is None or service.appender is None:
        raise takes_nothing()
    return who


def _with_role(role: Role) -> Callable[..., Awaitable[Principal]]:
    async def caller(request: Request, _: Shown = None) -> Principal:
        who = await _writer(request)
        require_role(who, role)
        return who

    return caller


READER: Any = Depends(_reader)
"""What a page's request has to pass: the rate of reading, and whether its caller may read a private registry."""
Reading = Annotated[Principal, Depends(_reader)]
"""A caller who reads."""
Writing = Annotated[Principal, Depends(_writer)]
"""A caller who hands something in."""
Issuing = Annotated[Principal, Depends(_with_role("issuer"))]
"""A caller who hands in the files of certificates."""
Administering = Annotated[Principal, Depends(_with_role("policy-admin"))]
"""A caller who says whose statements are taken."""
