"""Tokens of OpenID providers: signed by a key we were told of, meant for us, in time. Source: RFC 8725."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from certify.errors import HostileInput
from certify.evidence.canonical import parse_json
from certify.files import read_bounded
from certify.web import AskingFailed, fetch
from certify_registry.service.principals import Principal
from certify_registry.service.settings import Provider, Role

MAX_TOKEN = 8192
"""Characters of a token."""
MAX_JWKS = 1024 * 1024
FRESH_SECONDS = 300.0
"""How long keys are used before they are asked for again."""
AGAIN_SECONDS = 30.0
"""How soon after a failure, or for a key id nobody knows, a provider is asked again."""
LEEWAY_SECONDS = 30
"""By how much clocks may differ."""


class JwksSource:
    """The public keys of a provider, by key id.

    Args:
        place: a file, or an https address.
        clock: seconds that only grow; another one in tests.
    """

    def __init__(self, place: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._place, self._clock = place, clock
        self._lock = threading.Lock()
        self._keys: dict[str, dict[str, Any]] = {}
        self._asked = float("-inf")

    def key(self, kid: str) -> dict[str, Any] | None:
        """The key with this id; an unknown one has the provider asked, though not more often than it should be."""
        with self._lock:
            age = self._clock() - self._asked
            if age > FRESH_SECONDS or (kid not in self._keys and age > AGAIN_SECONDS):
                self._refresh()
            return self._keys.get(kid)

    def _refresh(self) -> None:
        self._asked = self._clock()
        try:
            document = parse_json(self._read(), name="the provider's keys", max_bytes=MAX_JWKS)
        except (OSError, AskingFailed, HostileInput):
            return  # those known before are used on
        keys = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(keys, list) or not keys:
            return  # a page about an outage, say: no provider does without keys
        found = [key for key in keys if isinstance(key, dict)]
        self._keys = {key["kid"]: key for key in found if isinstance(key.get("kid"), str) and key.get("kty") != "oct"}

    def _read(self) -> bytes:
        if self._place.startswith(("https://", "http://")):
            answer = fetch(self._place, max_bytes=MAX_JWKS, seconds=5.0)
            if answer.status != 200:
                raise AskingFailed(f"it answered with status {answer.status}")
            return answer.body
        return read_bounded(Path(self._place), MAX_JWKS)


class Providers:
    """The providers whose tokens are taken."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._of = {one.issuer: (one, JwksSource(one.jwks)) for one in providers}

    def __bool__(self) -> bool:
        return bool(self._of)

    def holder_of(self, token: str) -> Principal | str:
        """Whom a token speaks of, or why it is refused; it may ask the provider for its keys and so take seconds."""
        import jwt

        if len(token) > MAX_TOKEN:
            return "is too long"
        try:
            claimed = jwt.decode(token, options={"verify_signature": False})
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            return "is no token"
        found = self._of.get(str(claimed.get("iss")))
        if found is None:
            return "is of a provider that is not trusted here"
        return _verified(token, str(header.get("kid")), header.get("alg"), *found)


def _verified(token: str, kid: str, algorithm: Any, provider: Provider, source: JwksSource) -> Principal | str:
    import jwt

    key = source.key(kid)
    if algorithm not in provider.algorithms or key is None:
        return "is signed with a key or an algorithm that is not taken"
    try:
        claims = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=algorithm),
            algorithms=[algorithm],
            audience=provider.audiences,
            issuer=provider.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        return "has expired"
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return "does not verify, or is not meant for this service"
    return Principal(f"oidc:{claims['sub']}"[:200], _roles(claims, provider), known=True)


def _roles(claims: dict[str, Any], provider: Provider) -> frozenset[Role]:
    value = claims.get(provider.roles_claim, [])
    named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(role for name in named if isinstance(name, str) for role in provider.roles.get(name, ()))
