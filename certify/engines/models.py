"""What a model folder says about itself: configuration, tokenizer, context length, reasoning."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, NamedTuple

from pydantic import ValidationError

from certify.engines import prompts
from certify.engines.backend import Order
from certify.engines.codec import Codec
from certify.engines.order import DescribeOrder, EngineFacts
from certify.errors import UsageError
from certify.evidence.model import GREEDY, Sampling, TestedConfiguration

DTYPES = ("float32", "bfloat16", "float16")
MAX_TOP_K = 2**31 - 1
UNUSED = {
    "repetition_penalty": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "encoder_repetition_penalty": 1,
    "no_repeat_ngram_size": 0,
    "min_p": 0,
    "typical_p": 1,
    "epsilon_cutoff": 0,
    "eta_cutoff": 0,
    "guidance_scale": 1,
    "num_beams": 1,
}
"""Settings of a generation configuration that change what is drawn and are not used here, each with its idle value."""
CONTEXT_NAMES = ("max_position_embeddings", "n_positions", "max_sequence_length", "seq_length", "n_ctx")
SMALLEST_CONTEXT = 2048
"""Taken where a model names no context length."""


class Model(NamedTuple):
    """A model's tokenizer and the configuration it is tested in."""

    codec: Codec
    configuration: TestedConfiguration
    suggested: Sampling | None
    """Sampling that the model's own generation_config.json asks for."""
    hardware: str

    def facts(self) -> EngineFacts:
        """What people may want to know about it."""
        return EngineFacts(
            vocabulary=self.codec.vocabulary,
            end_tokens=tuple(sorted(self.codec.end_tokens)),
            suggested_sampling=self.suggested,
            example_prompt=self.codec.example_prompt(self.configuration.system_prompt),
            hardware=self.hardware,
            scores=True,
        )


def describe_model(order: Order, engine_version: str, processor: str) -> Model:
    """Reads a model folder for an engine; the weights are not touched.

    Raises:
        UsageError: CERT-E010, no such device or number format here.
        EvidenceMissing: CERT-E060, the folder lacks what the prompt style needs.
    """
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(order.model, local_files_only=True, trust_remote_code=False)
    generation = generation_config_of(order.model)
    asked = asked_of(order)
    codec = Codec.load(order.model, config, generation, asked.prompt_style)
    device, hardware = _device(asked.device, processor)
    suggested = suggested_by(generation)
    configuration = TestedConfiguration(
        engine=asked.engine,
        engine_version=f"{engine_version}; {common_versions()}",
        dtype=_dtype(asked.dtype, device),
        quantisation=quantisation_of(config),
        device=device,
        prompt_style=codec.style,
        chat_template_sha256=codec.template_sha256(),
        system_prompt=asked.system_prompt,
        **decoding_of(asked, suggested, whole=not asks_more(generation)),
        reasoning=codec.reasoning(asked.system_prompt),
        context_length=shortened(context_length_of(config), order),
        tensor_parallel=asked.tensor_parallel if asked.tensor_parallel > 1 else None,
        batch_invariant=asked.batch_invariant if asked.engine == "vllm" else None,
    )
    return Model(codec, configuration, suggested, hardware)


def common_versions() -> str:
    """Versions of what every engine shares: harness, certify and prompt formats."""
    return f"lm-eval {version('lm-eval')}; certify {version('certify-models')}; prompts {prompts.PROMPTS_VERSION}"


def asked_of(order: Order) -> DescribeOrder:
    """What an order asks of a model's configuration."""
    if isinstance(order, DescribeOrder):
        return order
    wanted = order.configuration
    return DescribeOrder(
        model=order.model,
        engine=wanted.engine,
        device=wanted.device.split(":")[0],
        dtype=wanted.dtype,
        prompt_style=wanted.prompt_style,
        system_prompt=wanted.system_prompt,
        sampling=wanted.sampling,
        server=order.server,
        tensor_parallel=wanted.tensor_parallel or 1,
        batch_invariant=wanted.batch_invariant is True,
        context_length=wanted.context_length,
    )


def _device(asked: str, processor: str) -> tuple[str, str]:
    import torch

    if asked not in ("auto", "cpu", "cuda"):
        raise UsageError("CERT-E010", f"there is no device called {asked!r}", "", "choose auto, cpu or cuda")
    if asked == "cuda" and not torch.cuda.is_available():
        raise UsageError("CERT-E010", "this machine has no GPU that torch can use", "", "use the device cpu")
    if asked == "cpu" or not torch.cuda.is_available():
        return "cpu", processor
    name = str(torch.cuda.get_device_name(0))
    return f"cuda: {name}", name


def _dtype(asked: str, device: str) -> str:
    if asked == "auto":
        return "float32" if device == "cpu" else "bfloat16"
    if asked not in DTYPES:
        raise UsageError("CERT-E010", f"there is no number format {asked!r}", "", f"choose {', '.join(DTYPES)}")
    return asked


def quantisation_of(config: Any) -> str:
    """Weight compression that a configuration names, or none."""
    settings = getattr(config, "quantization_config", None)
    if settings is None:
        return "none"
    method = settings.get("quant_method") if isinstance(settings, dict) else getattr(settings, "quant_method", None)
    return str(getattr(method, "value", method) or "unnamed")


def context_length_of(config: Any) -> int:
    """Longest prompt and answer together, tokens."""
    sources = [source for source in (getattr(config, "text_config", None), config) if source is not None]
    named = (getattr(source, name, None) for source in sources for name in CONTEXT_NAMES)
    return next((int(value) for value in named if isinstance(value, int) and value > 0), SMALLEST_CONTEXT)


def shortened(longest: int, order: Order, *, counted: bool = True) -> int:
    """The context length to test with: what a model reads, or less where less was ordered.

    Args:
        longest: what can be read here, tokens.
        order: what is wanted; what a plan fixed and is not so here any more is for whoever compares the two.
        counted: whether prompts are counted on our side, so that prompt and answer can be held to less.

    Raises:
        UsageError: CERT-E010, more was ordered, or less where nobody could hold to it.
    """
    wanted = asked_of(order).context_length or longest
    if isinstance(order, DescribeOrder) and wanted > longest:
        raise UsageError(
            "CERT-E010",
            f"a context of {wanted:,} tokens is more than the {longest:,} that can be read here",
            "",
            f"give --context-length {longest} or less, or leave it out",
        )
    if isinstance(order, DescribeOrder) and wanted < longest and not counted:
        raise UsageError(
            "CERT-E010",
            f"only the server counts prompts, so none can be held to a context of {wanted:,} tokens",
            f"it reads {longest:,}",
            "leave --context-length out, and start the server with that context",
        )
    return min(wanted, longest) if counted else longest


def generation_config_of(folder: str) -> Any:
    """The folder's generation configuration, if it has one."""
    from transformers import GenerationConfig

    try:
        return GenerationConfig.from_pretrained(folder, local_files_only=True)
    except OSError:
        return None  # the file is optional


def suggested_by(generation: Any) -> Sampling | None:
    """Sampling that a generation configuration asks for; none where no engine could draw like that."""
    if generation is None or not generation.do_sample:
        return None
    asked = {name: getattr(generation, name, None) for name in ("temperature", "top_p", "top_k")}
    if asked["top_k"] == -1:  # as vLLM writes "all"
        asked["top_k"] = 0
    if isinstance(asked["top_k"], int) and asked["top_k"] > MAX_TOP_K:
        return None
    try:
        return Sampling.model_validate({"temperature": 1.0} | {n: v for n, v in asked.items() if v is not None})
    except ValidationError:
        return None


def asks_more(generation: Any) -> bool:
    """Whether a generation configuration also asks for settings that are not used here, such as a penalty."""
    return any(getattr(generation, name, None) not in (None, idle) for name, idle in UNUSED.items())


def decoding_of(order: DescribeOrder, suggested: Sampling | None, *, whole: bool) -> dict[str, Any]:
    """Decoding as ordered, else as the model's own files suggest, else greedy; and whether they suggest just that.

    Args:
        order: what is wanted.
        suggested: what the files ask for, as far as it is used here.
        whole: whether they ask for nothing else.
    """
    sampling = order.sampling or suggested or GREEDY
    return {"sampling": sampling, "sampling_suggested": (whole and sampling == suggested) or None}
