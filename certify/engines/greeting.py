"""The first words with a server: what it is, what it serves, how it can be asked, and whether it answers at all."""

from __future__ import annotations

from typing import Any, NamedTuple

from certify.engines.connection import AskingError, Line, Route, Trouble
from certify.engines.replies import line_of, listed_models, positive, read_reply
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.model import ReasoningTags, ServerApi

SECONDS = 60.0
FIRST_ANSWER_SECONDS = 600.0
"""A server may load its model only when it is first asked."""
NAME_LENGTH = 400
"""Characters of a name that are compared and kept."""
_SHOWN = 5


class Greeting(NamedTuple):
    """What a server says of itself."""

    software: str
    """vllm, llama.cpp, ollama, tgi or unknown."""
    version: str
    """Its version in its own words; empty where it tells none."""
    model: str
    """Name to ask for."""
    answers_as: str
    """Name it answers under."""
    api: ServerApi
    context_length: int | None
    """Tokens, where it tells."""


def greet(route: Route, wanted: str | None) -> Greeting:
    """Asks a server what it is, and for one token.

    Args:
        route: the server.
        wanted: name of the model to ask for; its only one when absent.

    Raises:
        AskingError: it cannot be asked.
        UsageError: CERT-E545, it serves several models or none, and none was named.
    """
    line = Line(route)
    try:
        listed = _listed(line, route)
        entry = _chosen(listed, wanted)
        model = wanted or str(entry["id"])
        software = _software(entry)
        version, told = _about(line, route.endpoint.root, software)
        api, answers_as = _first_answer(line, route.endpoint.path, model)
    finally:
        line.close()
    meta = entry.get("meta")
    trained = meta.get("n_ctx_train") if isinstance(meta, dict) else None
    length = told or positive(entry.get("max_model_len")) or positive(trained)
    return Greeting(software, version, model, answers_as, api, length)


def _listed(line: Line, route: Route) -> list[dict[str, Any]]:
    try:
        return listed_models(line.get(f"{route.endpoint.path}/models", SECONDS))
    except AskingError as error:
        if error.trouble in (Trouble.MISSING, Trouble.GARBLED):
            return []  # it has no list; the name must be given
        raise


def _chosen(listed: list[dict[str, Any]], wanted: str | None) -> dict[str, Any]:
    named = [one for one in listed if one["id"] == wanted]
    if wanted is not None:
        return named[0] if named else {}
    if len(listed) == 1:
        return listed[0]
    names = ", ".join(line_of(one["id"]) for one in listed[:_SHOWN])
    raise UsageError(
        "CERT-E545",
        f"the server has {f'{len(listed)} models' if listed else 'no list of models'}, and none of them was named",
        f"it has {names}" if names else "",
        "name it with --endpoint-model NAME",
    )


def _software(entry: dict[str, Any]) -> str:
    known = {"vllm": "vllm", "llamacpp": "llama.cpp", "library": "ollama"}
    return known.get(str(entry.get("owned_by")), "unknown")


def _about(line: Line, root: str, software: str) -> tuple[str, int | None]:
    """(version, context length) by the page where each kind of server tells of itself."""
    page = {"vllm": "/version", "llama.cpp": "/props", "ollama": "/api/version"}.get(software, "/info")
    try:
        said = line.get(f"{root}{page}", SECONDS)
    except AskingError as error:
        if error.trouble is Trouble.UNREACHABLE:
            raise
        return "", None
    if not isinstance(said, dict):
        return "", None
    settings = said.get("default_generation_settings")
    window = settings.get("n_ctx") if isinstance(settings, dict) else said.get("max_total_tokens")
    return line_of(said.get("version")) or line_of(said.get("build_info")), positive(window)


def _first_answer(line: Line, path: str, model: str) -> tuple[ServerApi, str]:
    asked = {"model": model, "max_tokens": 1, "temperature": 0, "seed": 1, "stream": False}
    last: AskingError | None = None
    for api, page, content in (
        (ServerApi.COMPLETIONS, "completions", {"prompt": "1 + 1 ="}),
        (ServerApi.CHAT, "chat/completions", {"messages": [{"role": "user", "content": "1 + 1 ="}]}),
    ):
        try:
            document = line.post(f"{path}/{page}", asked | content, FIRST_ANSWER_SECONDS)
            return api, line_of(read_reply(document, api, ReasoningTags(open="", close="")).model, NAME_LENGTH)
        except AskingError as error:
            if error.trouble not in (Trouble.MISSING, Trouble.REFUSED):
                raise
            last = last or error
    raise last or EvidenceMissing("CERT-E541", "the server gave no first answer")
