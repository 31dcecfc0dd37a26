"""What the user asks of a run, and everything that has been read before the plan is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from certify.attest.data_description import StewardsWord
from certify.decide import LoadedPolicy
from certify.engines.order import Described
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_digest
from certify.evidence.dataset import DataExamined, DatasetIdentity, Declaration, DigestSource
from certify.evidence.plan import EntropyKind
from certify.identify import DatasetFolder, ModelFolder

EngineName = Literal["hf", "vllm", "openai", "llamacpp", "replay"]
PaperName = Literal["a4", "letter"]
DeviceName = Literal["auto", "cpu", "cuda"]
DtypeName = Literal["auto", "float32", "bfloat16", "float16"]
PromptStyleName = Literal["auto", "chat", "completion"]


class Stage(StrEnum):
    """The stages of a run; each is signed and logged before the next begins."""

    PLAN = "plan"
    CHECK = "check"
    DECIDE = "decide"
    ISSUE = "issue"


class RunRequest(Value):
    """The command line of the main job, as a value."""

    model: Path
    """Model folder."""
    policy: str
    """Shipped id, or path of a policy."""
    data: tuple[Path, ...] = ()
    """Training data at hand."""
    complete: bool = False
    """The data steward's word that this is all of it."""
    cached_data: bool = False
    """Whether shards that stood still since an earlier run are taken from the digest cache; the statements say so."""
    name: str | None = None
    """What the owner calls the model; the folder's name when absent."""
    data_description: Path | None = None
    """File with the steward's description of the data."""
    declaration: Path | None = None
    """File with the owner's declaration."""
    engine: EngineName = "hf"
    """What runs the model; replay repeats recorded answers."""
    device: DeviceName = "auto"
    """Where it runs."""
    dtype: DtypeName = "auto"
    """Precision of its numbers."""
    prompt_style: PromptStyleName = "auto"
    """How a question is put to it."""
    system_prompt: str | None = None
    """Text before every question."""
    decoding: str | None = None
    """Name of a decoding preset; when absent as the policy's checks say, else as the model's own files ask."""
    entropy: EntropyKind = EntropyKind.SELF
    """Where the seed's randomness comes from."""
    max_hours: float = 168.0
    """Time until the plan counts as failed."""
    batch_size: int | None = None
    """Questions answered together; as many as suit the engine when absent."""
    tensor_parallel: int = 1
    """GPUs that share each layer's weights, for the engine vllm."""
    batch_invariant: bool = False
    """Whether answers must not depend on what runs beside them, for the engine vllm."""
    context_length: int | None = None
    """Longest prompt and answer together, tokens; what the model reads when absent."""
    waivers: tuple[Path, ...] = ()
    """Signed waivers to decide with, besides those the workspace keeps."""
    paper: PaperName = "a4"
    """Size of the paper that certificate and report are drawn on."""
    endpoint: str | None = None
    """Address of a server that answers, for the engine openai."""
    serve: str | None = None
    """Command that starts one on the model's files, with ``{model}`` and ``{port}`` in it."""
    endpoint_model: str | None = None
    """Name under which the server knows the model."""
    api_key_env: str | None = None
    """Name of the environment variable that holds the endpoint's key; never the key."""
    answer_seconds: float | None = None
    """Longest wait for one answer of a server."""
    renews: str | None = None
    """Serial of the certificate whose place the new one takes; absent for a first one."""

    @property
    def at_once(self) -> int:
        """Questions answered together: as asked, else 256 by vLLM, which is its own choice, and 32 by the others."""
        return self.batch_size or (256 if self.engine == "vllm" else 32)


@dataclass(frozen=True)
class RunInputs:
    """What was read for a run."""

    request: RunRequest
    """What was asked."""
    model: ModelFolder
    """The model."""
    policy: LoadedPolicy
    """The policy, linted."""
    data: DatasetFolder | None
    """The training data, if any was given."""
    declaration: Declaration | None
    """The owner's declaration, if any was given."""
    description: StewardsWord | None = None
    """What the steward says of the data, if a description was given."""

    @property
    def data_examined(self) -> DataExamined:
        """How much of the training data this run can read, by the steward's word."""
        if self.data is None:
            return DataExamined.UNDISCLOSED
        return DataExamined.FULL if self.request.complete else DataExamined.PARTIAL

    def key(self) -> str:
        """Names what is asked: a run that was cut off is continued by asking for the same."""
        request = self.request
        described: dict[str, Any] = {"description": self.description.document()} if self.description else {}
        if request.decoding is not None:
            described["decoding"] = request.decoding
        server = [request.endpoint, request.serve, request.endpoint_model]
        served = {"server": server} if any(server) else {}
        if request.renews is not None:
            described["renews"] = request.renews
        if request.context_length is not None:
            described["context"] = request.context_length
        if request.tensor_parallel > 1 or request.batch_invariant:
            described["vllm"] = [request.tensor_parallel, request.batch_invariant]
        return canonical_digest(
            {
                "model": self.model.identity.document(),
                "policy": self.policy.reference.sha256,
                "data": _bytes_meant(self.data.identity) if self.data else None,
                "complete": request.complete,
                "declaration": _wording(self.declaration),
                "engine": [request.engine, request.device, request.dtype, request.prompt_style, request.system_prompt],
                "entropy": request.entropy.value,
                **described,
                **served,
            }
        )


def _bytes_meant(data: DatasetIdentity) -> dict[str, Any]:
    """Which data, however its digests were found: going on with a run may find them in the cache."""
    return data.model_copy(update={"digest_source": DigestSource.RECOMPUTED}).document()


def _wording(declaration: Declaration | None) -> dict[str, Any] | None:
    """What was declared, without the moment it was read."""
    return declaration.model_dump(mode="json", exclude={"declared_at"}, exclude_none=True) if declaration else None


STATE = "run.json"
"""First file of a run: what was asked."""


class RunState(Value):
    """First file of a run folder."""

    schema_: str = "certify/run-state/v1"
    """Names this form."""
    key: str
    """What was asked."""
    request: RunRequest
    """How it was asked."""
    started_at: str
    """When."""


class RunOutcome(Value):
    """Last file of a run folder: the run has ended."""

    schema_: str = "certify/run-outcome/v1"
    """Names this form."""
    run: str
    """Names the run."""
    verdict: str
    """What the policy came to."""
    serial: str | None = None
    """The certificate, if one was issued."""
    certificate: str | None = None
    """Bundle of the certificate, path within the workspace."""
    pdf: str | None = None
    """PDF of the certificate or of the screening report, path within the workspace."""


@dataclass(frozen=True)
class Prepared:
    """A run that is ready for its plan."""

    inputs: RunInputs
    """What was read."""
    staged: Path
    """Copy of the model's runtime files that the engine sees."""
    described: Described
    """Configuration the model is tested in."""
