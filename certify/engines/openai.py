"""The openai engine: a server with OpenAI's interface answers, one that somebody runs or one that certify starts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self

from certify.engines import prompts as formats
from certify.engines.asking import MAX_ERROR_SHARE, ask_all, persistently, unusable
from certify.engines.backend import NO_ROOM, UNREADABLE, Commit, Generation, Order, Prompt
from certify.engines.connection import AskingError, Line, Route, Trouble, look_up
from certify.engines.endpoint import read_endpoint
from certify.engines.gguf_wording import gguf_file, staged_gguf
from certify.engines.greeting import NAME_LENGTH, Greeting, greet
from certify.engines.models import asked_of
from certify.engines.order import EngineFacts, Key, ServerOrder, WorkOrder
from certify.engines.replies import line_of, read_reply
from certify.engines.scoring import Scorer
from certify.engines.served import (
    SEED_BITS,
    Served,
    configuration_of,
    kept_markers,
    model_folder,
    require_unset,
    stops_of,
    switches,
)
from certify.engines.server_scoring import ServerScorer
from certify.engines.serving import Command, Server
from certify.engines.wordings import conversation, example_prompt, tidied
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.answers import FinishReason, ServerReport
from certify.evidence.model import ServerApi, TestedConfiguration

SECONDS_A_TOKEN = 0.25
"""Longest wait for a token: four a second is slower than any server worth waiting for."""
SECONDS_AT_LEAST = 300.0
BYTES_A_TOKEN = 256
"""Most text a token can stand for, escaped in JSON."""
BYTES_AT_LEAST = 1 << 20
PAGES = {ServerApi.COMPLETIONS: "completions", ServerApi.CHAT: "chat/completions"}


class ServerBackend:
    """Answers come over HTTP; the model runs elsewhere."""

    def __init__(self, order: Order, served: Served, greeting: Greeting, route: Route) -> None:
        asked = asked_of(order)
        self._served, self._greeting, self._route = served, greeting, route
        self._at_once = order.batch_size if isinstance(order, WorkOrder) else 1
        self._seconds = asked.server.seconds if asked.server is not None else None
        self._configuration = configuration_of(order, served, greeting)
        self._server: Server | None = None

    @classmethod
    def load(cls, order: Order, route: Route | None = None) -> Self:
        """The server of an order that answers for a model folder.

        Raises:
            UsageError: CERT-E545, not one server was named; CERT-E010, CERT-E540, CERT-E543, named wrongly.
            EvidenceMissing: CERT-E541, CERT-E544, it cannot be used; CERT-E060, the folder cannot.
        """
        asked, file = asked_of(order), staged_gguf(order.model)
        require_unset(asked)
        return cls.reached(order, model_folder(asked) if file is None else gguf_file(asked, file), route)

    @classmethod
    def reached(cls, order: Order, served: Served, route: Route | None) -> Self:
        """The server of an order, greeted, and started before where the order says how.

        Args:
            order: what is wanted.
            served: what the model's files tell.
            route: to the endpoint of the order; looked up when absent.
        """
        asked = order.server or ServerOrder()
        if (asked.command is None) == (asked.endpoint is None):
            raise _not_one()
        server = Server.start(Command.read(asked.command), served.path) if asked.command is not None else None
        try:
            reached = server.route if server is not None else route or route_to(asked)
            backend = cls(order, served, _greeting(reached, asked), reached)
        except BaseException:
            if server is not None:
                server.close()
            raise
        backend._server = server
        return backend

    @property
    def configuration(self) -> TestedConfiguration:
        """The conditions as they are, as far as files and server tell."""
        return self._configuration

    def facts(self) -> EngineFacts:
        """What people may want to know about the model."""
        return EngineFacts(
            vocabulary=self._served.vocabulary,
            end_tokens=self._served.end_tokens,
            suggested_sampling=self._served.suggested,
            example_prompt=example_prompt(self._served.wording, self._greeting.api, self._configuration.system_prompt),
            hardware=f"the server's: {self._greeting.software}",
            scores=self._scores(),
        )

    def _scores(self) -> bool | None:
        """Whether log-probabilities of given texts are told; None where the server could not be asked."""
        try:
            return self.scorer() is not None
        except EvidenceMissing:
            return None

    def render_chat(self, messages: Sequence[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation; canonical JSON where the server has a template of its own."""
        if self._greeting.api is ServerApi.CHAT:
            return conversation(messages)
        return self._served.wording.render_chat(messages, add_generation_prompt)

    def generate(self, prompts: Sequence[Prompt], done: frozenset[Key], commit: Commit) -> None:
        """Answers what is not done, in the order asked, each committed when it ends."""
        waiting, refused = list[Prompt](), list[Generation]()
        left = [prompt for prompt in prompts if prompt.key not in done]
        for prompt, length in zip(left, self._lengths(left), strict=True):
            room = self._configuration.context_length - (length or 0)
            if length == 0 or room <= 0:
                refused.append(_unanswered(prompt, UNREADABLE if length == 0 else NO_ROOM, length))
            else:
                waiting.append(prompt._replace(max_tokens=min(prompt.max_tokens, room)))
        if refused:
            commit(refused)
        if waiting:
            allowed = max(1, int(MAX_ERROR_SHARE * len(prompts)))
            ask_all(
                self._route,
                waiting,
                self._ask,
                commit,
                failed=_unanswered,
                name=lambda prompt: "/".join(map(str, prompt.key)),
                at_once=self._at_once,
                allowed_errors=allowed,
            )

    def attention(self) -> None:
        """Not known here."""

    def scorer(self) -> Scorer | None:
        """What tells log-probabilities of given texts; None where the server tells none, or only it has a tokenizer.

        Raises:
            EvidenceMissing: CERT-E541, the server cannot be asked.
        """
        codec = self._served.wording.codec
        if codec is None or self._greeting.api is not ServerApi.COMPLETIONS:
            return None
        scorer = ServerScorer(self._route, self._post, codec, self._configuration.context_length, self._at_once)
        try:
            return scorer if scorer.gives() else None
        except AskingError as error:
            raise unusable(error, self._route.endpoint) from error

    def close(self) -> None:
        """Ends the server, if certify started it."""
        if self._server is not None:
            self._server.close()

    def _lengths(self, prompts: Sequence[Prompt]) -> Sequence[int | None]:
        if self._greeting.api is not ServerApi.COMPLETIONS:
            return [None] * len(prompts)
        return self._served.wording.lengths([prompt.text for prompt in prompts])

    def _ask(self, line: Line, prompt: Prompt) -> Generation:
        document = self._post(line, self._request(prompt), prompt.max_tokens)
        reply = read_reply(document, self._greeting.api, self._configuration.reasoning)
        if reply.tokens > prompt.max_tokens:
            raise AskingError(
                Trouble.GARBLED, f"it counts {reply.tokens} tokens where {prompt.max_tokens} were the most"
            )
        report = ServerReport(tokens=reply.tokens, reasoning_field=reply.reasoning_field)
        text = tidied(reply.text, self._served.wording)
        return Generation(prompt.key, text, (), reply.finish_reason, reply.prompt_tokens, report)

    def _post(self, line: Line, asked: dict[str, Any], tokens: int) -> Any:
        """What the planned model says to a request; how long and how much follows from the tokens told of."""
        document = line.post(
            f"{self._route.endpoint.path}/{PAGES[self._greeting.api]}",
            {"model": self._greeting.model} | asked,
            self._seconds or max(SECONDS_AT_LEAST, SECONDS_A_TOKEN * tokens),
            BYTES_AT_LEAST + BYTES_A_TOKEN * tokens,
        )
        name = document.get("model") if isinstance(document, dict) else None
        if line_of(name, NAME_LENGTH) != self._greeting.answers_as:
            raise AskingError(Trouble.GARBLED, f"another model answered: {str(name)[:80]!a}")
        return document

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        sampling, software = self._configuration.sampling, self._greeting.software
        chat = self._served.wording.style == formats.CHAT
        content: dict[str, Any] = {"prompt": prompt.text}
        if self._greeting.api is ServerApi.CHAT:
            content = {"messages": json.loads(prompt.text) if chat else [{"role": "user", "content": prompt.text}]}
        return {
            **content,
            "max_tokens": prompt.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p or 1e-9,  # servers want more than 0; this keeps the likeliest token alone
            "seed": prompt.seed % (1 << SEED_BITS.get(software, 31)),
            "stream": False,
            **stops_of(self._served, software),
            **kept_markers(self._configuration.reasoning, software),
            **switches(software, sampling, rendered=chat),
        }


def route_to(server: ServerOrder, key: str | None = None) -> Route:
    """The route to the endpoint of an order.

    Raises:
        UsageError: CERT-E540, CERT-E545, there is none; EvidenceMissing: CERT-E541, its name means nothing here.
    """
    if server.endpoint is None:
        raise _not_one()
    endpoint = read_endpoint(server.endpoint)
    try:
        return look_up(endpoint, key)
    except AskingError as error:
        raise unusable(error, endpoint) from error


def _greeting(route: Route, server: ServerOrder) -> Greeting:
    try:
        return persistently(lambda: greet(route, server.model))
    except AskingError as error:
        raise unusable(error, route.endpoint) from error


def _not_one() -> UsageError:
    return UsageError(
        "CERT-E545",
        "an engine behind a server needs one server",
        "either one that runs or one to start",
        "name it with --endpoint URL, or say how it is started with --serve COMMAND",
    )


def _unanswered(prompt: Prompt, trouble: str, prompt_tokens: int | None = None) -> Generation:
    return Generation(prompt.key, "", (), FinishReason.ERROR, prompt_tokens or 0, trouble=trouble)
