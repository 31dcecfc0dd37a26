"""Whether a server's command line leaves the conditions that a certificate speaks of, as far as it can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from certify.evidence.model import TestedConfiguration
from certify.verify.result import CheckLine, Result

SCOPE = "scope"
"""Name of the check."""
_SHORTEST = 5
"""Letters of the shortest abbreviation that is taken for an option: servers take any that is unambiguous."""


class Server(NamedTuple):
    """A program whose options are known well enough."""

    engine: str
    """The engine of a run that tests the same program."""
    software: str
    """What it calls itself where it was tested as a server."""
    foreign: tuple[str, ...]
    """Options that bring in other bytes, another prompt or other arithmetic than was tested."""
    dtype: str | None = None
    """Option for the number format."""
    quantisation: str | None = None
    """Option for the compression of weights."""
    length: str | None = None
    """Option for the longest prompt and answer together, tokens."""
    plain: tuple[str, ...] = ()
    """Options that begin like a foreign one and are none."""


SERVERS = {
    "vllm": Server(
        engine="vllm",
        software="vllm",
        foreign=("--tokenizer", "--tokenizer-revision", "--lora-modules", "--enable-lora", "--chat-template",
                 "--speculative-config", "--hf-overrides", "--hf-config-path", "--override-generation-config",
                 "--generation-config", "--trust-remote-code", "--load-format", "--model-loader-extra-config",
                 "--kv-cache-dtype", "--logits-processors", "--config", "--revision", "--code-revision",
                 "--rope-scaling", "--rope-theta"),
        dtype="--dtype",
        quantisation="--quantization",
        length="--max-model-len",
        plain=("--model", "--tokenizer-mode", "--chat-template-content-format"),
    ),
    "llama-server": Server(
        engine="llamacpp",
        software="llama.cpp",
        foreign=("--model-url", "--hf-repo", "--hf-file", "--docker-repo", "--models-dir", "--models-preset", "--lora",
                 "--lora-scaled", "--control-vector", "--control-vector-scaled", "--chat-template",
                 "--chat-template-file", "--chat-template-kwargs", "--mmproj", "--mmproj-url", "--model-draft",
                 "--override-kv", "--grammar", "--grammar-file", "--json-schema", "--json-schema-file",
                 "--cache-type-k", "--cache-type-v", "--rope-scaling", "--rope-scale", "--rope-freq-base",
                 "--rope-freq-scale"),
        length="--ctx-size",
        plain=("--model",),
    ),
}  # fmt: skip
"""Servers by the name of their program. Source: vLLM, engine arguments; llama.cpp, tools/server/README.md."""
_SHORT = {
    "-c": "--ctx-size", "-ctk": "--cache-type-k", "-ctv": "--cache-type-v", "-dr": "--docker-repo", "-hf": "--hf-repo",
    "-hff": "--hf-file", "-hfr": "--hf-repo", "-j": "--json-schema", "-jf": "--json-schema-file",
    "-md": "--model-draft", "-mm": "--mmproj", "-mmu": "--mmproj-url", "-mu": "--model-url", "-q": "--quantization",
}  # fmt: skip
_SAME = {"half": "float16", "float": "float32"}
_UNSET = ("auto", "none", "half-auto", "0")


def check_scope(command: Sequence[str], tested: TestedConfiguration, model: str) -> CheckLine:
    """Whether a command starts the tested program with none of the options that leave the tested conditions.

    A check of what can be read, and no more: a program not known here is a skip, and so is what it reads from its
    environment.

    Args:
        command: program and arguments.
        tested: the conditions that the certificate speaks of.
        model: the model's path in the command; an option that names it again brings in nothing.
    """
    server = SERVERS.get(PurePosixPath(command[0]).name) if command else None
    if server is None:
        what = f"{PurePosixPath(command[0]).name if command else 'nothing'} is no program whose options are known here"
        return CheckLine(id=SCOPE, result=Result.SKIP, detail=f"{what}; tested was {words(tested)}")
    faults = [*_engine(command, server, tested), *_options(command[1:], server, tested, model)]
    if faults:
        return CheckLine(
            id=SCOPE, result=Result.FAIL, code="CERT-E165", detail=f"{'; '.join(faults)}; tested was {words(tested)}"
        )
    return CheckLine(id=SCOPE, result=Result.PASS, detail=f"no option leaves what was tested: {words(tested)}")


def words(tested: TestedConfiguration) -> str:
    """The tested conditions in a few words."""
    served = f" ({tested.serving.software})" if tested.serving else ""
    packed = "" if tested.quantisation == "none" else f", {tested.quantisation}"
    return f"{tested.engine}{served}, {tested.dtype}{packed}, up to {tested.context_length:,} tokens"


def _engine(command: Sequence[str], server: Server, tested: TestedConfiguration) -> Iterator[str]:
    software = tested.serving.software if tested.serving else None
    if tested.engine != server.engine and software != server.software:
        yield f"{PurePosixPath(command[0]).name} is another engine than was tested"


def _options(arguments: Sequence[str], server: Server, tested: TestedConfiguration, model: str) -> Iterator[str]:
    for place, argument in enumerate(arguments):
        name, given, value = argument.partition("=")
        option = _SHORT.get(name, name.replace("_", "-"))
        if not option.startswith("--") or option in server.plain:
            continue
        value = value if given else (arguments[place + 1] if place + 1 < len(arguments) else "")
        foreign = next((one for one in server.foreign if _means(option.partition(".")[0], one)), None)
        if foreign is not None and value != model:
            yield f"{name} brings in what was not tested"
            continue
        if server.dtype and _means(option, server.dtype) and _other(value, tested.dtype):
            yield f"{name} {value[:40]} is another number format than was tested"
        elif server.quantisation and _means(option, server.quantisation) and _other(value, tested.quantisation):
            yield f"{name} {value[:40]} is another compression than was tested"
        elif server.length and _means(option, server.length) and _longer(value, tested.context_length):
            yield f"{name} {value[:40]} allows longer texts than were tested"


def _means(given: str, option: str) -> bool:
    return given == option or (len(given) >= _SHORTEST and option.startswith(given))


def _other(value: str, tested: str) -> bool:
    return _SAME.get(value.lower(), value.lower()) not in (*_UNSET, tested.lower())


def _longer(value: str, tested: int) -> bool:
    """Whether a number of tokens, which may end in k or m, is more than was tested, or is not understood."""
    text = value.strip().lower()
    scale = {"k": 1000, "m": 1_000_000}.get(text[-1:], 1)
    digits = text[:-1] if scale > 1 else text
    if text in ("auto", "-1", "0"):
        return False
    return not (digits.isascii() and digits.isdecimal() and len(digits) < 16) or int(digits) * scale > tested
