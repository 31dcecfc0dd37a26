"""``certify run``: the main job."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.run_options import (
    AnswerSeconds,
    ApiKeyEnv,
    BatchInvariant,
    BatchSize,
    CachedData,
    ContextLength,
    Data,
    DataComplete,
    DataDescription,
    Declaration,
    Decoding,
    Device,
    Dtype,
    Endpoint,
    EndpointModel,
    Engine,
    Entropy,
    MaxHours,
    Model,
    Name,
    Paper,
    Policy,
    PromptStyle,
    Serve,
    SystemPrompt,
    TensorParallel,
    Waivers,
    request_of,
)
from certify.cli.stages import EXIT_CODES
from certify.errors import ExitCode
from certify.evidence.plan import EntropyKind

app = typer.Typer(add_completion=False)


@app.command()
def run(
    context: typer.Context,
    model: Model,
    policy: Policy,
    data: Data = None,
    data_complete: DataComplete = False,
    data_description: DataDescription = None,
    cached_data: CachedData = False,
    name: Name = None,
    declaration: Declaration = None,
    engine: Engine = "hf",
    device: Device = "auto",
    dtype: Dtype = "auto",
    prompt_style: PromptStyle = "auto",
    system_prompt: SystemPrompt = None,
    decoding: Decoding = None,
    entropy: Entropy = EntropyKind.SELF,
    max_hours: MaxHours = 168.0,
    paper: Paper = "a4",
    batch_size: BatchSize = None,
    tensor_parallel: TensorParallel = 1,
    batch_invariant: BatchInvariant = False,
    context_length: ContextLength = None,
    waivers: Waivers = None,
    endpoint: Endpoint = None,
    serve: Serve = None,
    endpoint_model: EndpointModel = None,
    api_key_env: ApiKeyEnv = None,
    answer_seconds: AnswerSeconds = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only estimate time, memory and tokens.")] = False,
    price_per_hour: Annotated[float | None, typer.Option(min=0, help="Price of this machine, for --estimate.")] = None,
    json: Json = False,
) -> int:
    """Test a model under a policy and issue a certificate if it passes."""
    from certify.cli.summary import print_estimate, print_outcome
    from certify.pipeline.main import run_model
    from certify.pipeline.preparing import require_installed
    from certify.pipeline.workspace import Workspace

    request = request_of(context)
    reporter = TerminalReporter()
    if estimate:
        from certify.pipeline.estimating import estimate_run

        found = estimate_run(request, reporter)
        reporter.close()
        print_estimate(found, request, json, price_per_hour)
        return int(ExitCode.POSITIVE if found.finishes else ExitCode.INCOMPLETE)
    require_installed(engine)
    home = Context.home(context)
    workspace = Workspace.open_or_create(home, ask=ask_passphrase)
    try:
        outcome = run_model(workspace, request, reporter)
    finally:
        reporter.close()
    print_outcome(workspace, outcome, json)
    return int(EXIT_CODES[outcome.verdict])
