"""Asks a registry over HTTP. Nothing it answers is believed here: readers check signatures and proofs as always."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from certify.errors import HostileInput, RegistryError, UsageError
from certify.evidence.base import Value
from certify.evidence.canonical import parse_json, sha256_hex
from certify.verify.document import RegistryAnswer
from certify.web import Answer, AskingFailed, fetch, is_safe

API = "/api/v1"
SECONDS = 30.0
"""For one answer."""
MAX_DOCUMENT = 8 * 1024 * 1024
MAX_PDF = 64 * 1024 * 1024
TRIES = 5
"""How often a registry that is busy is asked again."""
LONGEST_WAIT = 10.0
"""Seconds between two of those, whatever the registry asks for."""
TOKEN_VARIABLE = "CERTIFY_REGISTRY_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable with the API key or token of a caller."""


class Place(Value):
    """Where a statement is in the registry's log."""

    index: int
    """Log index."""
    duplicate: bool
    """Whether it was there before."""
    proof: str
    """Its tlog-proof."""


@dataclass(frozen=True)
class RegistryClient:
    """One registry.

    Args:
        url: its address, https, or http on this machine; ``/api/v1`` at its end may be left out.
        token: API key or token of the caller; none for reading.
        seconds: time for one answer.

    Raises:
        UsageError: CERT-E674, no registry can be at this address.
    """

    url: str
    token: str | None = None
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        if not is_safe(self.url) or "?" in self.url or "#" in self.url:
            raise UsageError(
                "CERT-E674",
                f"{self.url[:200]!r} is not the address of a registry",
                "it begins with https:// and names a host, without a user; http:// is for this machine alone",
                "such as https://registry.example.org",
            )

    def status(self, serial: str) -> RegistryAnswer:
        """What the registry says of a certificate.

        Raises:
            RegistryError: CERT-E672 no answer; CERT-E673 a refusal, such as that it does not know the certificate.
            HostileInput: CERT-E678, something else came back.
        """
        answer = RegistryAnswer.from_document(self._document("GET", f"/certificates/{serial}/status"), by_name=False)
        if answer.serial != serial:
            raise self._other(f"about {answer.serial[:40]!r} when asked about {serial}")
        return answer

    def pdf(self, serial: str) -> bytes:
        """The PDF of a certificate.

        Raises:
            RegistryError: CERT-E672, CERT-E673. HostileInput: CERT-E678, something else came back.
        """
        data = self._ask("GET", f"/certificates/{serial}/pdf", most=MAX_PDF).body
        if not data.startswith(b"%PDF-"):
            raise self._other(f"with something that is no PDF when asked for that of {serial}")
        return data

    def submit(self, bundle: bytes) -> Place:
        """Where a signed statement is in the registry's log, logged now or before.

        Raises:
            RegistryError: CERT-E672 no answer, though it may be logged; CERT-E673 it was refused.
            HostileInput: CERT-E678, something else came back.
        """
        found = self._document("POST", "/entries", bundle, "application/json")
        try:
            return Place.from_document(found, by_name=False)
        except HostileInput as error:
            raise self._other("without a place in its log") from error

    def has_pdf(self, serial: str) -> bool:
        """Whether the registry keeps the PDF of a certificate.

        Raises:
            RegistryError: CERT-E672, CERT-E673. HostileInput: CERT-E678.
        """
        found = self._document("GET", f"/certificates/{serial}")
        return isinstance(found, dict) and found.get("pdfAvailable") is True

    def keep_pdf(self, data: bytes) -> None:
        """Have the registry keep a PDF whose rendering it has logged.

        Raises:
            RegistryError: CERT-E672, CERT-E673.
        """
        self._ask("PUT", f"/blobs/{sha256_hex(data)}", data, "application/pdf")

    def _document(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        try:
            return parse_json(self._ask(method, path, body, kind).body, name="the registry's answer")
        except HostileInput as error:
            raise self._other("with something that is no JSON") from error

    def _ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "", most: int = MAX_DOCUMENT
    ) -> Answer:
        for turn in range(TRIES):
            answer = self._once(method, path, body, kind, most)
            if answer.status not in (429, 503) or turn == TRIES - 1:
                break
            asked = answer.headers.get("retry-after", "")
            time.sleep(min(float(asked) if asked.isdecimal() else 1.0, LONGEST_WAIT))
        if answer.status in (429, 503):
            raise self._busy(answer)
        if answer.status not in (200, 201):
            raise self._refused(answer)
        return answer

    def _once(self, method: str, path: str, body: bytes | None, kind: str, most: int) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if kind:
            headers["Content-Type"] = kind
        url = f"{self.url.rstrip('/').removesuffix(API)}{API}{path}"
        try:
            return fetch(url, max_bytes=most, seconds=self.seconds, method=method, body=body, headers=headers)
        except AskingFailed as error:
            raise RegistryError(
                "CERT-E672",
                f"the registry at {self.url[:200]} gave no answer: {error}",
                "nothing is known about what it would have said",
                "check the address and the network, then give the same command again",
            ) from error

    def _busy(self, answer: Answer) -> RegistryError:
        return RegistryError(
            "CERT-E672",
            f"the registry at {self.url[:200]} cannot answer now (status {answer.status}, {TRIES} times)",
            "that is no refusal: nothing is known about what it would have said",
            "give the same command again later; it goes on from there",
        )

    def _refused(self, answer: Answer) -> RegistryError:
        told = _problem(answer.body)
        words = f": {told['detail']}" if told else ""
        code = f" ({told['code']})" if told else ""
        hint = told.get("hint", "") if told else "check that this is the address of a registry"
        return RegistryError(
            "CERT-E673", f"the registry at {self.url[:200]} refused with status {answer.status}{code}{words}", "", hint
        )

    def _other(self, what: str) -> HostileInput:
        return HostileInput("CERT-E678", f"the registry at {self.url[:200]} answered {what}", "", "check the address")


def _problem(body: bytes) -> dict[str, str]:
    """The texts of a problem document; nothing where it is none."""
    try:
        found = parse_json(body, name="problem", max_bytes=MAX_DOCUMENT)
    except HostileInput:
        return {}
    if (
        not isinstance(found, dict)
        or not isinstance(found.get("code"), str)
        or not isinstance(found.get("detail"), str)
    ):
        return {}
    return {name: text[:500] for name, text in found.items() if isinstance(text, str)}
