"""A model that a server runs: what its files and the server tell, and the tested configuration that follows."""

from __future__ import annotations

from typing import Any, NamedTuple

from certify.engines import prompts
from certify.engines.backend import Order
from certify.engines.board import SERVER
from certify.engines.codec import Codec
from certify.engines.endpoint import read_endpoint
from certify.engines.greeting import Greeting
from certify.engines.models import (
    asked_of,
    asks_more,
    common_versions,
    context_length_of,
    decoding_of,
    generation_config_of,
    quantisation_of,
    shortened,
    suggested_by,
)
from certify.engines.order import DescribeOrder, ServerOrder
from certify.engines.serving import MODEL
from certify.engines.wordings import FolderWording, Wording
from certify.errors import UsageError
from certify.evidence.model import ReasoningTags, Sampling, ServedIdentity, ServerApi, Serving, TestedConfiguration

CLIENT_VERSION = 2
"""Raised whenever servers are asked, or their answers read, in another way."""
DEVICE, DTYPE = SERVER, "as served"
STEERED = frozenset({"vllm", "llama.cpp"})
"""Servers whose own sampling settings can be switched off from outside."""
SEED_BITS = {"vllm": 63, "llama.cpp": 31}
"""Bits of a seed that a server takes; others are given 31. Source: the request schemas of vLLM 0.32 and llama.cpp."""


class Served(NamedTuple):
    """A model as far as its files tell."""

    wording: Wording
    path: str
    """What a server is started on: the folder or the file."""
    quantisation: str
    context_length: int
    """Longest prompt and answer together, tokens."""
    suggested: Sampling | None = None
    """Sampling that its own files ask for, as far as it is used here."""
    asks_more: bool = False
    """Whether they ask for more than that, such as a penalty."""
    vocabulary: int = 0
    end_tokens: tuple[int, ...] = ()


def model_folder(order: DescribeOrder) -> Served:
    """A model folder, whose tokenizer and template word the prompts; its weights are not touched.

    Raises:
        EvidenceMissing: CERT-E060, the folder lacks what the prompt style needs.
    """
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(order.model, local_files_only=True, trust_remote_code=False)
    generation = generation_config_of(order.model)
    codec = Codec.load(order.model, config, generation, order.prompt_style)
    return Served(
        wording=FolderWording(codec),
        path=order.model,
        quantisation=quantisation_of(config),
        context_length=context_length_of(config),
        suggested=suggested_by(generation),
        asks_more=asks_more(generation),
        vocabulary=codec.vocabulary,
        end_tokens=tuple(sorted(codec.end_tokens)),
    )


def require_unset(order: DescribeOrder) -> None:
    """Returns where an order leaves device and number format to the server.

    Raises:
        UsageError: CERT-E010, it does not.
    """
    if order.device not in ("auto", DEVICE) or order.dtype not in ("auto", DTYPE):
        raise UsageError(
            "CERT-E010",
            "device and number format are the server's own",
            f"the {order.engine} engine sends prompts and gets answers",
            "leave --device and --dtype away; give such settings to the server",
        )


def configuration_of(wanted: Order, served: Served, greeting: Greeting) -> TestedConfiguration:
    """The conditions that files and server together make."""
    order, rendered = asked_of(wanted), greeting.api is ServerApi.COMPLETIONS
    longest = min(greeting.context_length or served.context_length, served.context_length)
    software = f"{greeting.software} {greeting.version or 'of unknown version'}"
    return TestedConfiguration(
        engine=order.engine,
        engine_version=f"{software}; openai client {CLIENT_VERSION}; {common_versions()}",
        dtype=DTYPE,
        quantisation=served.quantisation,
        device=DEVICE,
        prompt_style=served.wording.style,
        chat_template_sha256=served.wording.template_sha256() if rendered else None,
        system_prompt=order.system_prompt,
        **decoding_of(order, served.suggested, whole=not served.asks_more),
        reasoning=served.wording.reasoning(order.system_prompt),
        context_length=shortened(longest, wanted, counted=rendered and served.wording.codec is not None),
        serving=_serving(order.server or ServerOrder(), greeting, served.path),
    )


def shown_name(name: str, model: str, server: ServerOrder) -> str:
    """A server's name of a model, with a place for the path of files that only this run has."""
    return name if server.endpoint is not None else name.replace(model, MODEL)


def switches(software: str, sampling: Sampling, *, rendered: bool) -> dict[str, Any]:
    """What turns a server's own settings off, so that the plan's sampling alone holds.

    Args:
        software: what the server says it is.
        sampling: as planned.
        rendered: whether the prompt went through a chat template of ours and has its special tokens.

    Source: the request schemas of vLLM 0.32 and llama.cpp b11434; others are told nothing that OpenAI's interface
    lacks. A GGUF file may bring sampling settings of its own, which llama.cpp takes for its defaults.
    """
    if software == "vllm":
        own = {"min_p": 0.0, "repetition_penalty": 1.0, "top_k": sampling.top_k}
        kept = {"skip_special_tokens": False, "spaces_between_special_tokens": False}
        return own | kept | {"add_special_tokens": not rendered}
    if software == "llama.cpp":
        own = {"min_p": 0.0, "typical_p": 1.0, "repeat_penalty": 1.0, "dry_multiplier": 0.0, "xtc_probability": 0.0}
        off = {"mirostat": 0, "presence_penalty": 0.0, "frequency_penalty": 0.0, "dynatemp_range": 0.0}
        # by itself it cuts by top_p first and applies the temperature to what is left; other engines do the reverse
        order = {"samplers": ["temperature", "top_k", "top_p"], "top_k": sampling.top_k}
        return own | off | order | {"cache_prompt": False}
    return {"top_k": sampling.top_k} if sampling.top_k else {}


def stops_of(served: Served, software: str) -> dict[str, Any]:
    """The texts that end an answer, and where a server takes them the tokens, as it is told of them."""
    stops = list(prompts.stop_strings(served.wording.style))
    tokens = {"stop_token_ids": list(served.end_tokens)} if software == "vllm" and served.end_tokens else {}
    return tokens | ({"stop": stops} if stops else {})


def kept_markers(reasoning: ReasoningTags | None, software: str) -> dict[str, Any]:
    """What makes a server write reasoning markers that are special tokens, which llama.cpp leaves out by itself."""
    if software != "llama.cpp" or reasoning is None:
        return {}
    return {"preserved_tokens": [reasoning.open, reasoning.close]}


def _serving(server: ServerOrder, greeting: Greeting, model: str) -> Serving:
    started = server.endpoint is None
    return Serving(
        identity=ServedIdentity.VERIFIED if started else ServedIdentity.NOT_VERIFIED,
        endpoint=None if server.endpoint is None else str(read_endpoint(server.endpoint)),
        command=server.command if started else None,
        software=greeting.software,
        api=greeting.api,
        model=shown_name(greeting.model, model, server),
        answers_as=shown_name(greeting.answers_as, model, server),
        own_sampling=greeting.software not in STEERED,
    )
