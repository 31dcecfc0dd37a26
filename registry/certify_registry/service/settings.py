"""What an operator may choose about the service, read strictly from a file and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, get_args

import yaml
from pydantic import Field, ValidationError, model_validator

from certify.errors import UsageError
from certify.evidence.base import StrictValue
from certify.evidence.canonical import parse_json
from certify.files import read_file

Role: TypeAlias = Literal["submitter", "issuer", "revoker", "policy-admin", "auditor", "witness"]
"""What a caller may do; see ``principals``."""
ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "CERTIFY_REGISTRY_"
"""Begins the name of an environment variable that replaces a field of the file."""
MAX_SETTINGS = 1024 * 1024

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a public key; tokens under a shared secret are never taken."""


class Provider(StrictValue):
    """An OpenID provider whose tokens are taken."""

    issuer: str = Field(min_length=1, max_length=500)
    """The ``iss`` of its tokens, exactly."""
    audiences: tuple[str, ...] = Field(min_length=1, max_length=16)
    """A token must be meant for one of these (``aud``)."""
    jwks: str = Field(min_length=1, max_length=2000)
    """Its public keys: a file, or an https address."""
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "ES256"), min_length=1)
    """Signature algorithms that are taken; the token does not choose another."""
    roles_claim: str = Field(default="roles", min_length=1, max_length=200)
    """The claim that lists what a caller is, a text or a list of texts."""
    roles: dict[str, tuple[Role, ...]] = Field(min_length=1)
    """What each value of that claim allows here."""


class Limits(StrictValue):
    """How much of anything one caller, or all of them, may ask for."""

    body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    """Longest request body, bytes; counted as it arrives."""
    blob_bytes: int = Field(default=64 * 1024 * 1024, ge=1024, le=256 * 1024 * 1024)
    """Longest PDF, bytes."""
    body_seconds: float = Field(default=20.0, gt=0, le=600)
    """Time for a whole body to arrive."""
    header_seconds: float = Field(default=10.0, gt=0, le=600)
    """Time for the head of a request to arrive on a new connection."""
    append_seconds: float = Field(default=20.0, gt=0, le=600)
    """Longest wait for the log; past it the caller is told to ask again, and nothing is logged twice."""
    outstanding: int = Field(default=4096, ge=1, le=1_000_000)
    """Statements that may wait for the log at once; more are turned away before they are taken."""
    batch: int = Field(default=256, ge=1, le=4096)
    """Statements in one batch."""
    page: int = Field(default=1000, ge=1, le=10_000)
    """Entries or certificates in one answer."""
    reads_per_second: float = Field(default=200.0, gt=0)
    """Requests that a caller may make for good; tiles count, too."""
    read_burst: int = Field(default=2000, ge=1)
    """Requests that a caller may make at once."""
    writes_per_second: float = Field(default=100.0, gt=0)
    """Statements or files that a caller may hand in for good."""
    write_burst: int = Field(default=1000, ge=1)
    """Statements or files that a caller may hand in at once."""
    connections: int = Field(default=1000, ge=1, le=100_000)
    """Open connections."""


class ServiceSettings(StrictValue):
    """The settings of one server."""

    schema_: Literal["certify/registry-service/v1"] = Field(default="certify/registry-service/v1", alias="schema")
    """Names this form."""
    listen: str = Field(default="127.0.0.1:8470", pattern=r"^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.\-]+):[0-9]{1,5}$")
    """Host and port; this machine alone unless somebody says otherwise."""
    private: bool = False
    """Whether reading needs credentials, too."""
    read_only: bool = False
    """Whether nothing is taken; the log key is then not needed."""
    api_keys: Path | None = None
    """The file of API keys; ``api-keys.json`` in the workspace where it is absent."""
    providers: tuple[Provider, ...] = Field(default=(), max_length=16)
    """OpenID providers whose tokens are taken."""
    trusted_proxies: tuple[str, ...] = Field(default=(), max_length=64)
    """Addresses or networks of proxies whose word on the caller's address counts."""
    database: str | None = Field(default=None, pattern=r"^postgres(ql)?://\S+$")
    """The PostgreSQL database of the registry; where the workspace says that its registry lies, where it is absent."""
    objects: str | None = Field(default=None, pattern=r"^(s3|gs|az|file)://\S+$")
    """The object store that goes with ``database``."""
    lock: str | None = Field(default=None, pattern=r"^(s3|gs|az|file)://\S+$")
    """Where the newest checkpoint is remembered, if not in ``objects``."""
    name: str = Field(default="Certificate registry", min_length=1, max_length=200)
    """What stands at the top of every page."""
    public_url: str | None = Field(default=None, pattern=r"^https?://\S*[^/\s]$")
    """The address that readers know the registry by, without a final slash; the feed names it."""
    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """Where traces go, by OpenTelemetry's protocol over HTTP; nowhere where it is absent."""
    grace_seconds: int = Field(default=20, ge=0, le=600)
    """Time that requests get to end when the server is stopped."""
    limits: Limits = Limits()
    """How much may be asked for."""

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.objects is None) != (self.database is None):
            raise ValueError("database and objects are given together")
        if self.lock is not None and self.database is None:
            raise ValueError("lock goes with a database")
        return self

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on; 0 takes any."""
        return int(self.listen.rpartition(":")[2])


def load_settings(path: Path | None, environ: Mapping[str, str] | None = None) -> ServiceSettings:
    """The settings of a YAML or JSON file, each field replaced by its environment variable where that is set.

    ``CERTIFY_REGISTRY_LISTEN`` stands for ``listen``; what is not a text or a number is given as JSON.

    Args:
        path: the file; none where every field keeps its default.
        environ: the environment; the process's own when absent.

    Raises:
        UsageError: CERT-E661, it cannot be read, or a field is unknown or wrong.
    """
    document = {} if path is None else _document(path)
    document.update(_from_environment(os.environ if environ is None else environ))
    return _read(document, path)


def with_command_line(settings: ServiceSettings, *, listen: str | None, read_only: bool) -> ServiceSettings:
    """The settings with what the command line says instead.

    Raises:
        UsageError: CERT-E661, ``listen`` is not of the form HOST:PORT.
    """
    said = {"read_only": True} if read_only else {}
    document = {**settings.model_dump(), **said, **({"listen": listen} if listen is not None else {})}
    return _read(document, None)


def _read(document: dict[str, Any], path: Path | None) -> ServiceSettings:
    try:
        return ServiceSettings.model_validate(document, by_alias=True, by_name=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise _unusable(f"{where}: {first['msg'].removeprefix('Value error, ')}", path) from error


def _document(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(read_file(path, max_bytes=MAX_SETTINGS).decode("utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unusable("it is neither YAML nor JSON", path) from error
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise _unusable("it does not name fields", path)
    return found


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    fields = ServiceSettings.model_fields
    given = {name: environ[key] for name in fields if (key := f"{PREFIX}{name.upper()}") in environ}
    return {name: _structured(name, text) if text[:1] in "[{" else text for name, text in given.items() if text}


def _structured(name: str, text: str) -> Any:
    if name == "listen":  # [::1]:8470
        return text
    return parse_json(text.encode(), name=f"{PREFIX}{name.upper()}")


def _unusable(what: str, path: Path | None) -> UsageError:
    source = str(path) if path is not None else "the environment"
    return UsageError(
        "CERT-E661",
        f"the settings of the service in {source} cannot be used: {what}",
        "a server with settings that nobody meant would be open, or closed, to the wrong people",
        "see docs/registry-service.md for every field",
    )
