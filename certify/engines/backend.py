"""What an engine must be able to do; each file beside this one gives one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from certify.engines.connection import Route
from certify.engines.order import DescribeOrder, EngineFacts, Key, WorkOrder
from certify.engines.scoring import Scorer
from certify.evidence.answers import FinishReason, ServerReport
from certify.evidence.model import TestedConfiguration

if TYPE_CHECKING:
    from certify.engines.codec import Codec


class Prompt(NamedTuple):
    """One rendered request as an engine gets it."""

    key: Key
    text: str
    """The whole prompt."""
    seed: int
    """Sampling seed, below 2**63."""
    max_tokens: int
    """Longest answer, tokens."""
    continued: bool = False
    """Whether the model goes on writing the text itself, which no template has rendered."""


class Generation(NamedTuple):
    """What an engine wrote for one prompt."""

    key: Key
    text: str
    """Everything generated but the end marker."""
    token_ids: tuple[int, ...]
    """Generated tokens, the end marker included."""
    finish_reason: FinishReason
    prompt_tokens: int
    reported: ServerReport | None = None
    """What a server told instead of token ids."""
    trouble: str = ""
    """Why there is no answer, in few words that many prompts may share; empty where there is one."""


NO_ROOM = "the question leaves no room for an answer in the model's context"
UNREADABLE = "the tokenizer makes nothing of the question that the model can read"
NO_NUMBERS = "the model computed no numbers (NaN)"
REJECTED = "the engine rejects the question"
GIVEN_UP = "the engine gave the answer up"
REFUSED = "the model's own template refuses the conversation"
ONLY_CHATS = "the server only chats: it cannot go on with a text as it stands"


def trouble_of(ids: Sequence[int], codec: Codec, context_length: int) -> str:
    """Why a prompt of these tokens cannot be asked; empty where it can."""
    if len(ids) >= context_length:
        return NO_ROOM
    return "" if codec.readable(ids) else UNREADABLE


Commit = Callable[[Sequence[Generation]], None]
"""Takes finished generations; when it returns they are safe."""


class Backend(Protocol):
    """An engine with a model loaded."""

    @property
    def configuration(self) -> TestedConfiguration:
        """The conditions as they are, not as they were asked for."""
        ...

    def facts(self) -> EngineFacts:
        """What people may want to know about the model."""
        ...

    def render_chat(self, messages: Sequence[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation by the model's own chat template."""
        ...

    def generate(self, prompts: Sequence[Prompt], done: frozenset[Key], commit: Commit) -> None:
        """Answers every prompt whose key is not in ``done``, giving them to ``commit`` in batches.

        ``prompts`` is always a whole wave of the run (all first turns, then all second ones), so that an engine can
        form the same batches after a restart.
        """
        ...

    def attention(self) -> str | None:
        """Which implementation of attention runs; None where only a server knows, or no model runs."""
        ...

    def scorer(self) -> Scorer | None:
        """What tells log-probabilities of given texts; None where this engine, or its server, tells none."""
        ...


Order = WorkOrder | DescribeOrder
T = TypeVar("T")


def batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive slices of at most ``size`` values."""
    return (values[start : start + size] for start in range(0, len(values), size))


def open_backend(order: Order, route: Route | None = None) -> Backend:
    """Loads the model of an order into its engine.

    Args:
        order: what to load.
        route: to the endpoint of the order, where it names one; looked up when absent.

    Raises:
        UsageError: CERT-E010, no such engine.
    """
    from certify.engines.installed import require_known

    engine = order.configuration.engine if isinstance(order, WorkOrder) else order.engine
    require_known(engine)
    if engine == "hf":
        from certify.engines.hf import HfBackend

        return HfBackend.load(order)
    if engine == "vllm":
        from certify.engines.vllm import VllmBackend

        return VllmBackend.load(order)
    if engine == "openai":
        from certify.engines.openai import ServerBackend

        return ServerBackend.load(order, route)
    if engine == "llamacpp":
        from certify.engines.llamacpp import load_llamacpp

        return load_llamacpp(order)
    from certify.engines.replay import ReplayBackend

    return ReplayBackend.load(order)
