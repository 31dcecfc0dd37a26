"""How a run is asked for, the same whether it goes through at once or stage by stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from certify.errors import UsageError
from certify.evidence.plan import EntropyKind
from certify.identify.ollama import PREFIX, ollama_file
from certify.pipeline.request import DeviceName, DtypeName, PaperName, PromptStyleName, RunRequest

Model = Annotated[Path, typer.Argument(help="Model folder (see `certify model prepare`), GGUF file or ollama:NAME.")]
Policy = Annotated[str, typer.Option(help="Shipped id, or path of a policy.")]
Data = Annotated[list[Path] | None, typer.Option(help="Training data at hand; repeat for several.")]
DataComplete = Annotated[bool, typer.Option(help="Attest that this is all of the training data.")]
DataDescription = Annotated[Path | None, typer.Option(help="What its steward says of the data, YAML.")]
CachedData = Annotated[
    bool, typer.Option("--cached-data", help="Skip shards unchanged since an earlier run; stated as cached.")
]
Name = Annotated[str | None, typer.Option(help="Name of the model; the folder's name when absent.")]
Declaration = Annotated[Path | None, typer.Option(help="Declaration of intended use, YAML.")]
Engine = Annotated[Literal["hf", "vllm", "openai", "llamacpp"], typer.Option(help="What runs the model.")]
Endpoint = Annotated[
    str | None, typer.Option(metavar="URL", help="For openai: a server that runs; its identity is not verified.")
]
Serve = Annotated[
    str | None,
    typer.Option(metavar="COMMAND", help="For openai, llamacpp: starts a server on the files, at {model} and {port}."),
]
EndpointModel = Annotated[
    str | None, typer.Option(metavar="NAME", help="The server's name of the model; its only one when absent.")
]
ApiKeyEnv = Annotated[
    str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds the endpoint's key.")
]
AnswerSeconds = Annotated[
    float | None, typer.Option(min=1, help="Longest wait for one answer of a server; by its length when absent.")
]
Device = Annotated[DeviceName, typer.Option(help="Where it runs.")]
Dtype = Annotated[DtypeName, typer.Option(help="Precision of its numbers.")]
PromptStyle = Annotated[PromptStyleName, typer.Option(help="How a question is put to it.")]
SystemPrompt = Annotated[str | None, typer.Option(help="Text before every question.")]
Decoding = Annotated[
    str | None,
    typer.Option(help="Decoding preset, such as VibeThinker-style; the policy's if absent, else the model's own."),
]
Entropy = Annotated[EntropyKind, typer.Option(help="Where the seed comes from.")]
MaxHours = Annotated[float, typer.Option(min=0.01, help="Time until the plan counts as failed.")]
Waivers = Annotated[list[Path] | None, typer.Option("--waiver", help="Signed waiver; repeat for several.")]
Paper = Annotated[PaperName, typer.Option(help="Paper that certificate and report are drawn on.")]
BatchSize = Annotated[
    int | None, typer.Option(min=1, max=4096, help="Questions answered together; 32 if absent, 256 with vllm.")
]
ContextLength = Annotated[
    int | None, typer.Option(min=1, help="Longest prompt and answer together, tokens; the model's own if absent.")
]
TensorParallel = Annotated[int, typer.Option(min=1, max=64, help="For vllm: GPUs that share each layer's weights.")]
BatchInvariant = Annotated[
    bool, typer.Option("--batch-invariant", help="For vllm: answers must not depend on what runs beside them.")
]


def request_of(context: typer.Context) -> RunRequest:
    """The request that a command's options make up; every command that starts a run has all of them.

    Raises:
        UsageError: CERT-E011, data that was not given cannot be all of it, nor be described.
    """
    given = dict(context.params)
    given["complete"] = given.pop("data_complete")
    given["data"] = tuple(given["data"] or ())
    given["waivers"] = tuple(given["waivers"] or ())
    if str(given["model"]).startswith(PREFIX):
        called = str(given["model"]).removeprefix(PREFIX)
        given |= {"model": ollama_file(called), "name": given["name"] or called}
    if given["complete"] and not given["data"]:
        raise UsageError(
            "CERT-E011",
            "--data-complete was given without --data",
            "it attests that the data named is all of the training data, and none is named",
            "name the data with --data PATH, or leave --data-complete out",
        )
    if given["data_description"] and not given["data"]:
        raise UsageError(
            "CERT-E011",
            "--data-description was given without --data",
            "it says something of data, and none is named",
            "name the data with --data PATH, or leave --data-description out",
        )
    if given["engine"] != "vllm" and (given["tensor_parallel"] > 1 or given["batch_invariant"]):
        raise UsageError(
            "CERT-E011",
            "--tensor-parallel and --batch-invariant are for the engine vllm",
            f"the engine {given['engine']} has no such choice",
            "add --engine vllm, or put what a server needs into --serve",
        )
    asked = {name: value for name, value in given.items() if name in RunRequest.model_fields}
    return RunRequest.model_validate(asked, by_name=True)
