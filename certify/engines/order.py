"""The values that pass between the process that holds keys and the worker that runs a model."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field

from certify.engines.prompts import PROMPTS_VERSION
from certify.errors import HostileInput
from certify.evidence.answers import Request, TurnKey
from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.canonical import canonical_bytes
from certify.evidence.model import Sampling, TestedConfiguration

Key = TurnKey
"""(check, item, repeat) of a request and of its completion; later turns of an episode append their number."""

DEFAULT_THREADS = min(2, os.cpu_count() or 1)


class JournalHeader(Value):
    """What a journal belongs to: answers made under anything else do not count for it."""

    plan_sha256: Sha256
    """Payload digest of the plan."""
    model_identity: Sha256
    """Identity of the model that answers."""
    configuration_sha256: Sha256
    """Digest of the tested configuration."""
    engine: str
    """Engine and its build, one line."""
    prompts: int = PROMPTS_VERSION
    """Version of the prompt formats."""

    @classmethod
    def of(cls, plan_sha256: str, model_identity: str, configuration: TestedConfiguration) -> Self:
        """The header of the journal that answers one plan."""
        return cls(
            plan_sha256=plan_sha256,
            model_identity=model_identity,
            configuration_sha256=configuration.content_sha256(),
            engine=f"{configuration.engine}; {configuration.engine_version}",
        )


class ServerOrder(Value):
    """How a server is reached that answers in place of an engine of ours; it holds no credentials."""

    endpoint: str | None = None
    """Address of a server that somebody else runs."""
    command: str | None = None
    """Command line that starts one on the staged files, with ``{model}`` and ``{port}`` in it."""
    model: str | None = None
    """Name to ask for; the only one it serves when absent."""
    keyed: bool = False
    """Whether the parent tells a key on standard input."""
    seconds: float | None = Field(default=None, gt=0)
    """Longest wait for one answer; by its token limit when absent."""


class WorkOrder(Value):
    """Everything a worker needs to answer requests; it holds no key and no right answer."""

    mode: Literal["answer"] = "answer"
    """Tells the kinds of order apart."""
    model: str
    """Folder with the model's runtime files, a staged copy."""
    configuration: TestedConfiguration
    """The conditions, as in the plan."""
    requests: str
    """JSON Lines file of requests; see :func:`write_requests`."""
    journal: str
    """Journal file; made where there is none, continued where there is one."""
    header: JournalHeader
    """What the journal must belong to."""
    batch_size: int = Field(default=16, ge=1, le=4096)
    """Requests answered and committed together."""
    threads: int = Field(default=DEFAULT_THREADS, ge=1, le=1024)
    """Processor threads of the engine."""
    memory_limit: int | None = Field(default=None, ge=2**28)
    """Most address space of the worker, bytes."""
    keep_log: bool = True
    """Whether what an engine says when it fails is kept beside the journal."""
    recording: str | None = None
    """For the replay engine: the journal whose answers are given again."""
    server: ServerOrder | None = None
    """For the engines openai and llamacpp: who answers."""


class DescribeOrder(Value):
    """Asks a worker in which configuration a model would be tested."""

    mode: Literal["describe"] = "describe"
    """Tells the kinds of order apart."""
    model: str
    """Folder with the model's runtime files, a staged copy."""
    engine: str
    """hf, vllm, openai, llamacpp or replay."""
    device: str = "auto"
    """auto, cpu or cuda."""
    dtype: str = "auto"
    """auto, float32, bfloat16 or float16."""
    prompt_style: str = "auto"
    """auto, chat or completion."""
    system_prompt: str | None = None
    """Text before every question."""
    sampling: Sampling | None = None
    """Decoding; as the model's own files ask when absent, greedy where they ask for none."""
    threads: int = Field(default=DEFAULT_THREADS, ge=1, le=1024)
    """Processor threads of the engine."""
    memory_limit: int | None = Field(default=None, ge=2**28)
    """Most address space of the worker, bytes."""
    server: ServerOrder | None = None
    """For the engines openai and llamacpp: who answers."""
    tensor_parallel: int = Field(default=1, ge=1, le=64)
    """For the engine vllm: GPUs that share each layer's weights."""
    batch_invariant: bool = False
    """For the engine vllm: whether answers must not depend on what runs beside them."""
    context_length: int | None = Field(default=None, ge=1)
    """Longest prompt and answer together, tokens; as much as the model reads when absent."""


Pooling = Literal["mean", "cls", "max", "lasttoken"]
"""How the vectors of a text's tokens become one."""


class EmbedOrder(Value):
    """Asks a worker for the meaning of texts as vectors; the texts follow on its standard input."""

    mode: Literal["embed"] = "embed"
    """Tells the kinds of order apart."""
    model: str
    """Folder with the encoder's runtime files, a staged copy."""
    pooling: Pooling = "mean"
    """How the vectors of a text's tokens become one."""
    prefix: str = ""
    """Put before every text, where the encoder was trained so."""
    max_tokens: int | None = Field(default=None, ge=8, le=1 << 20)
    """Tokens of a text that count; what the model can read when absent."""
    device: str = "auto"
    """auto, cpu or cuda."""
    threads: int = Field(default=DEFAULT_THREADS, ge=1, le=1024)
    """Processor threads of the encoder."""
    memory_limit: int | None = Field(default=None, ge=2**28)
    """Most address space of the worker, bytes."""


AnyOrder = Annotated[WorkOrder | DescribeOrder | EmbedOrder, Field(discriminator="mode")]


class EngineFacts(Value):
    """What describing a model found beside its configuration; shown to people, not signed."""

    vocabulary: int
    """Number of tokens."""
    end_tokens: tuple[int, ...]
    """Ids that end an answer."""
    suggested_sampling: Sampling | None = None
    """What the model's own generation_config.json or GGUF file asks for."""
    example_prompt: str
    """The question ``1 + 1 = ?`` as the model would be asked it."""
    hardware: str
    """Name of the processor or GPU."""
    scores: bool | None = None
    """Whether log-probabilities of given texts are told; absent where that is not known before the run."""


class Described(Value):
    """A configuration ready for a plan, and what was seen while making it."""

    configuration: TestedConfiguration
    """The conditions a plan can name."""
    facts: EngineFacts
    """What people may want to know."""


class Telemetry(Value):
    """How a run went; beside the evidence, never part of it."""

    started_at: Utc
    """When the worker started."""
    finished_at: Utc
    """When the last answer was committed."""
    seconds: float = Field(default=0, ge=0)
    """Time spent answering, without loading."""
    load_seconds: float = Field(default=0, ge=0)
    """Time spent loading."""
    answered: int = Field(default=0, ge=0)
    """Answers made in this run."""
    resumed: int = Field(default=0, ge=0)
    """Answers already in the journal."""
    prompt_tokens: int = Field(default=0, ge=0)
    """Tokens read in this run."""
    tokens: int = Field(default=0, ge=0)
    """Tokens generated in this run."""
    scored: int = Field(default=0, ge=0)
    """Given texts scored in this run."""
    scoring_seconds: float = Field(default=0, ge=0)
    """Time spent on them."""
    truncated: int = Field(default=0, ge=0)
    """Answers of this run cut off at their limit."""
    failures: dict[str, int] = Field(default_factory=dict)
    """Questions of this run that the engine gave no answer to, counted by why."""
    peak_memory: int = Field(default=0, ge=0)
    """Largest resident memory of the worker and of each process it started, added up; bytes."""
    joules: float | None = Field(default=None, gt=0)
    """Energy of the GPU board while answering; absent where it was not measured."""
    gpu_memory: int | None = Field(default=None, gt=0)
    """Memory in use on the GPU board after answering, bytes; absent where it was not measured."""
    driver: str | None = None
    """Version of the GPU's driver."""
    attention: str | None = None
    """Implementation of attention that the engine chose; absent where only a server knows."""

    @property
    def tokens_per_second(self) -> float:
        """Generated tokens for each second of answering; 0 where nothing was generated."""
        return self.tokens / self.seconds if self.seconds > 0 else 0.0

    @property
    def truncated_share(self) -> float:
        """Share of this run's answers that were cut off."""
        return self.truncated / self.answered if self.answered else 0.0


class Progress(NamedTuple):
    """How far a run is."""

    done: int
    total: int
    tokens: int
    """Generated in this run."""
    seconds: float
    """Since the model was loaded."""


def write_requests(path: Path, requests: Iterable[Request]) -> int:
    """Writes requests as canonical JSON Lines, whole or not at all; gives their number."""
    partial = path.with_name(path.name + ".partial")
    count = 0
    with partial.open("wb") as file:
        for request in requests:
            document = request.document() | {"seed": str(request.seed)}  # beyond what JSON numbers hold
            file.write(canonical_bytes(document) + b"\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return count


def read_requests(path: Path) -> list[Request]:
    """The requests of a file written by :func:`write_requests`.

    Raises:
        HostileInput: a line is malformed, or two requests share a key.
    """
    with path.open("rb") as file:
        lines = (line.rstrip(b"\n") for line in file)
        requests = [Request.from_bytes(line, name=f"{path.name} line {n}") for n, line in enumerate(lines, 1)]
    if len({request.key for request in requests}) != len(requests):
        raise HostileInput("CERT-E061", f"two requests of {path.name} have the same check, item and repeat")
    return requests
