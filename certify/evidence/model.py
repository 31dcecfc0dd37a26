"""What is tested: a model's exact files, and the configuration it is run in."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value


class FileRole(StrEnum):
    """Whether an engine may read a file."""

    RUNTIME = "runtime"
    DOCUMENTATION = "documentation"


class FileEntry(Value):
    """One file of a manifest."""

    path: str = Field(min_length=1, max_length=1000)
    """Relative path with forward slashes, Unicode NFC."""
    size: int = Field(ge=0)
    """Bytes."""
    sha256: Sha256
    """SHA-256 of the content."""


class ModelIdentity(Value):
    """Which model a statement speaks of, down to the byte."""

    name: str = Field(min_length=1, max_length=300)
    """The name its owner gives it; only the digests identify it."""
    identity: Sha256
    """SHA-256 of the canonical manifest of all runtime files."""
    weights_digest: Sha256
    """SHA-256 over sorted tensor names, types, shapes and bytes: the same weights under other file names agree."""
    release_digest: Sha256
    """SHA-256 over runtime and documentation files together."""
    architecture: str
    """Class name declared in config.json."""
    parameters: int = Field(ge=0)
    """Number of weights."""
    files: int = Field(ge=1)
    """Number of runtime files."""
    bytes: int = Field(ge=0)
    """Size of the runtime files together."""


class Sampling(Value):
    """How the next token is drawn."""

    temperature: float = Field(ge=0, le=10)
    """0 is greedy: the likeliest token, always."""
    top_p: Fraction = 1.0
    """Nucleus share."""
    top_k: int = Field(default=0, ge=0)
    """0 keeps all tokens."""


GREEDY = Sampling(temperature=0)
"""The likeliest token, always."""


class ReasoningTags(Value):
    """How a model marks the reasoning that precedes its answer."""

    open: str
    """Text that opens the reasoning."""
    close: str
    """Text that closes it; the answer follows."""
    opened_by_template: bool = False
    """Whether the chat template already writes the opening tag."""


class ServedIdentity(StrEnum):
    """Whether what answered is known to be the files of the manifest."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"


class ServerApi(StrEnum):
    """How a server is asked."""

    COMPLETIONS = "completions"
    CHAT = "chat"


class Serving(Value):
    """The server that answered, where the model did not run in a process of certify's own."""

    identity: ServedIdentity
    """verified where certify started the server on the files of the manifest, not_verified otherwise."""
    endpoint: str | None = None
    """Where it answers; absent for a server that certify started."""
    command: str | None = None
    """Command that certify started, with ``{model}`` and ``{port}`` where files and port were put in."""
    software: str
    """What the server says it is: vllm, llama.cpp, ollama, tgi or unknown."""
    api: ServerApi
    """completions: it got prompts as certify renders them; chat: it put them through a template of its own."""
    model: str
    """Name the server was asked for, with ``{model}`` for the path of the files."""
    answers_as: str
    """Name it answers under."""
    own_sampling: bool
    """Whether sampling settings of its own may apply, which its interface gives no way to switch off."""


class TestedConfiguration(Value):
    """The conditions a certificate speaks of; other conditions are not covered."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    engine: str
    """hf, vllm, openai, llamacpp or replay."""
    engine_version: str
    """Versions of the engine's libraries, one line."""
    dtype: str
    """Number format of the computation, such as float32 or bfloat16."""
    quantisation: str = "none"
    """Weight compression, if any."""
    device: str = "cpu"
    """Processor the engine ran on."""
    prompt_style: str
    """chat (the model's own template) or completion (Question: ... Answer:)."""
    chat_template_sha256: Sha256 | None = None
    """Digest of the chat template, when there is one."""
    system_prompt: str | None = None
    """Text placed before every question, if any."""
    sampling: Sampling
    """Decoding."""
    sampling_suggested: bool | None = None
    """True where the model's own files ask for this decoding and no more; absent where they ask otherwise."""
    reasoning: ReasoningTags | None = None
    """Reasoning markers, if the model uses them."""
    context_length: int = Field(ge=1)
    """Longest prompt and answer together, tokens."""
    serving: Serving | None = None
    """The server that answered, where one did."""
    tensor_parallel: int | None = Field(default=None, ge=2)
    """GPUs that share each layer's weights; absent where one holds the model."""
    batch_invariant: bool | None = None
    """Whether answers were made not to depend on what runs beside them; absent where the engine has no such mode."""
