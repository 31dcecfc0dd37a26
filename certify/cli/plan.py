"""``certify plan``: first stage of a run, and the answers of seed witnesses."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, Trust, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit_json
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
from certify.cli.stages import tell
from certify.errors import ExitCode, TrustError
from certify.evidence.plan import EntropyKind
from certify.pipeline.request import Stage

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="First stage of run: size, sign and log the plan, ask nothing yet."
)


@app.command("make")
def make(
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
    json: Json = False,
) -> int:
    """Sign and log the plan of a run; no question is drawn yet."""
    from certify.cli.outlook import print_outlook
    from certify.decide import load_policy
    from certify.pipeline.main import start_run
    from certify.pipeline.outlook import outlook_of_run
    from certify.pipeline.preparing import require_installed
    from certify.pipeline.workspace import Workspace

    request = request_of(context)
    require_installed(engine)
    home = Context.home(context)
    reporter = TerminalReporter()
    try:
        folder = start_run(Workspace.open_or_create(home, ask=ask_passphrase), request, reporter, upto=Stage.PLAN)
    finally:
        reporter.close()
    outlook = outlook_of_run(folder, load_policy(policy))
    if not json:
        print_outlook(outlook)
    tell(str(home), folder.name, Stage.PLAN, json, more={"outlook": outlook.document()})
    return int(ExitCode.POSITIVE)


@app.command("preview")
def preview(policy: Policy, json: Json = False) -> int:
    """Show sample sizes, power and token cost of a policy's plan; needs no model and logs nothing."""
    from certify.cli.outlook import print_outlook
    from certify.cli.render import next_step
    from certify.decide import load_policy
    from certify.pipeline.outlook import preview

    found = preview(load_policy(policy))
    if json:
        emit_json("plan", {"outlook": found.document()})
    else:
        print_outlook(found)
        next_step(f"certify run MODEL --policy {policy} --estimate", "how long would it take here?")
    return int(ExitCode.POSITIVE)


@app.command("answer")
def answer(
    context: typer.Context,
    plan: Annotated[Path, typer.Argument(help="plan.bundle.json of the run.")],
    proof: Annotated[Path, typer.Option(help="plan.proof of the run: that the log holds the plan.")],
    key: Annotated[str, typer.Option(metavar="KEY", help="The witness's own Ed25519 key: a file or a URI.")],
    trust: Trust = None,
) -> int:
    """As a seed witness, answer a plan that the log holds: prints the answer to hand back."""
    from certify.cli.reading import find_trust
    from certify.cli.signing import open_key
    from certify.files import read_file
    from certify.pipeline.witnessing import answer_plan

    trust_file = find_trust(Context.of(context), trust)
    if trust_file is None:
        raise TrustError("CERT-E042", "a seed witness needs a trust file", hint="name it with --trust FILE")
    signer = open_key(key)
    shown = read_file(proof).decode("utf-8", "replace")
    print(json_module.dumps(answer_plan(read_file(plan), shown, signer, trust_file).document(), indent=2))
    return int(ExitCode.POSITIVE)
