"""A server that answers in place of an engine of certify's own, as a request names it."""

from __future__ import annotations

import os

from certify.engines.endpoint import read_endpoint
from certify.engines.order import ServerOrder
from certify.engines.serving import Command
from certify.errors import UsageError
from certify.identify import ModelFolder
from certify.pipeline.request import RunRequest

BEHIND_SERVERS = ("openai", "llamacpp")
"""Engines whose model runs in another program."""
_OPTIONS = ("endpoint", "serve", "endpoint_model", "api_key_env", "answer_seconds")


def require_consistent(request: RunRequest) -> None:
    """Returns where engine and server of a request fit together.

    Raises:
        UsageError: CERT-E545, they do not; CERT-E540, CERT-E543, the server is named wrongly.
    """
    given = [f"--{name.replace('_', '-')}" for name in _OPTIONS if getattr(request, name) is not None]
    if request.engine not in BEHIND_SERVERS and given:
        raise _refused(f"{given[0]} was given with --engine {request.engine}", "add --engine openai")
    if request.engine == "openai" and (request.endpoint is None) == (request.serve is None):
        raise _refused("--engine openai needs one server", "give either --endpoint URL or --serve COMMAND")
    if request.engine == "llamacpp" and request.endpoint is not None:
        raise _refused("--engine llamacpp starts its own server", "use --engine openai for one that runs already")
    if request.endpoint is not None:
        read_endpoint(request.endpoint)
    if request.serve is not None:
        Command.read(request.serve)
    key_of(request)


def require_runs(engine: str, model: ModelFolder) -> None:
    """Returns where an engine can run a model of this form.

    Raises:
        UsageError: CERT-E010, it cannot.
    """
    if model.gguf is not None and engine not in BEHIND_SERVERS:
        raise UsageError(
            "CERT-E010", f"the {engine} engine runs no GGUF file", "it reads safetensors", "use --engine llamacpp"
        )
    if model.gguf is None and engine == "llamacpp":
        raise UsageError(
            "CERT-E010", "the llamacpp engine runs one GGUF file, and this model is none", "", "use --engine hf or vllm"
        )


def server_of(request: RunRequest) -> ServerOrder | None:
    """Who answers, for engines behind a server."""
    if request.engine not in BEHIND_SERVERS:
        return None
    return ServerOrder(
        endpoint=None if request.endpoint is None else str(read_endpoint(request.endpoint)),
        command=request.serve,
        model=request.endpoint_model,
        seconds=request.answer_seconds,
    )


def key_of(request: RunRequest) -> str | None:
    """The key that an endpoint wants, out of the environment variable that the request names; kept nowhere.

    Raises:
        UsageError: CERT-E545, there is none, or it would be sent in the clear or to nobody.
    """
    name = request.api_key_env
    if name is None:
        return None
    if request.endpoint is None:
        raise _refused("--api-key-env was given without --endpoint", "a server that certify starts needs no key")
    endpoint = read_endpoint(request.endpoint)
    if endpoint.scheme == "http" and not endpoint.is_local:
        raise _refused("a key would cross the network in the clear", "use an https address")
    key = os.environ.get(name, "")
    if not (len(key) >= 8 and key.isascii() and key.isprintable() and " " not in key):
        raise _refused(f"the environment variable {name} holds no key", f"set {name}, and give its name, not the key")
    return key


def _refused(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E545", what, "certify has to know which one server it may ask, and how", hint)
