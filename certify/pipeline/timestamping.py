"""A client of timestamp authorities (RFC 3161 over HTTP), and the workspace's choice of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from certify.errors import HostileInput, RegistryError, UsageError
from certify.trust.timestamps import SKEW, TimestampRoot, moment_of, verify_timestamp
from certify.trust.tokens import MAX_REPLY, canonical_response, read_response
from certify.web import opener

QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
"""Source: RFC 3161 section 3.4."""
TIMEOUT = 20.0
"""Seconds for the whole answer, which an authority gives in far less than one."""
TRIES = 3
"""How often an authority whose clocks disagree by a second is asked again."""


class HttpTimestamper:
    """Has signatures stamped by an authority over HTTP; what it answers is checked as a reader would check it.

    Args:
        url: of the authority, http or https: its answers are signed, so http is common and harms nothing.
        roots: under which its answers must verify.
        clock: present time, aware; another one in tests.
        timeout: seconds for one answer.
    """

    def __init__(
        self,
        url: str,
        roots: Sequence[TimestampRoot],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout: float = TIMEOUT,
    ) -> None:
        require_url(url)
        self.url, self._roots, self._clock, self._timeout = url, roots, clock, timeout
        self._latest = ""

    def __call__(self, signed: bytes) -> bytes:
        """A granted ``TimeStampResp`` over ``signed`` that is no earlier than the one before it.

        Raises:
            RegistryError: CERT-E132, no answer, or one that readers would not believe.
        """
        for _ in range(TRIES):
            response, stamped_at = self._stamp(signed)
            if stamped_at >= self._latest:  # an authority of several machines has several clocks
                self._latest = stamped_at
                return response
            time.sleep(1)
        raise self._failed("answered with times that run backwards")

    def _stamp(self, signed: bytes) -> tuple[bytes, str]:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

        query = TimestampRequestBuilder().data(signed).hash_algorithm(HashAlgorithm.SHA256).build()
        reply = self._ask(query.as_bytes())
        try:
            response = canonical_response(reply)
            if read_response(response, signed).nonce != query.nonce:
                raise self._failed("answered another question than the one asked")
            stamped_at = verify_timestamp(response, signed, self._roots).time
        except HostileInput as error:
            raise self._failed(f"answered with a timestamp that cannot be used: {error.why}") from error
        if abs(moment_of(stamped_at) - self._clock()) > SKEW:
            raise self._failed(
                f"says it is {stamped_at}, and this machine says otherwise", "set the clock of this machine"
            )
        return response, stamped_at

    def _ask(self, query: bytes) -> bytes:
        """The body of the answer; redirects, other schemes and longer bodies are refused."""
        from urllib.error import HTTPError
        from urllib.request import Request

        headers = {"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE, "User-Agent": "certify"}
        request = Request(self.url, data=query, headers=headers, method="POST")  # noqa: S310 - http(s)
        deadline = time.monotonic() + self._timeout
        try:
            with opener().open(request, timeout=self._timeout) as answer:
                kind = answer.headers.get_content_type()
                if answer.status != 200 or kind != REPLY_TYPE:
                    raise self._failed(f"answered with status {answer.status} and {kind[:60]}, not with a timestamp")
                return self._read(answer, deadline)
        except HTTPError as error:
            raise self._failed(f"answered with status {error.code}") from error
        except (OSError, ValueError) as error:  # ValueError: http.client on a malformed answer
            cause = getattr(error, "reason", error)
            raise self._failed(f"cannot be reached: {getattr(cause, 'strerror', None) or cause}") from error

    def _read(self, answer: Any, deadline: float) -> bytes:
        data = b""
        while len(data) <= MAX_REPLY and time.monotonic() < deadline:
            part = answer.read1(MAX_REPLY)
            if not part:
                return data
            data += part
        raise self._failed("answers without end")

    def _failed(self, what: str, hint: str = "give the same command again once it answers") -> RegistryError:
        return RegistryError(
            "CERT-E132",
            f"the timestamp authority at {self.url[:200]} {what}",
            "without its timestamp nothing is signed here; what was done before is kept",
            hint,
        )


def require_url(url: str) -> None:
    """Returns if a timestamp authority could be at this address.

    Raises:
        UsageError: CERT-E011, not http or https, no host, or a password in it.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        usable = usable and url.isascii() and url.isprintable() and " " not in url and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            "CERT-E011",
            f"{url[:200]!r} is not the address of a timestamp authority",
            "it begins with http:// or https:// and names a host, without a user",
            "such as http://timestamp.example.org/tsr",
        )
