"""``certify run``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.stages import EXIT_CODES
from certify.errors import ExitCode
from certify.evidence.plan import EntropyKind

app = typer.Typer(add_completion=False)


@app.command()
def run(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(help="Model folder (see `certify model prepare`).")],
    policy: Annotated[str, typer.Option(help="Shipped id, or path of a policy.")],
    data: Annotated[list[Path] | None, typer.Option(help="Training data at hand; repeat for several.")] = None,
    data_complete: Annotated[bool, typer.Option(help="Attest that this is all of the training data.")] = False,
    name: Annotated[str | None, typer.Option(help="Name of the model; the folder's name when absent.")] = None,
    declaration: Annotated[Path | None, typer.Option(help="Declaration of intended use, YAML.")] = None,
    engine: Annotated[str, typer.Option(help="hf or vllm.")] = "hf",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    dtype: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    prompt_style: Annotated[str, typer.Option(help="auto, chat or completion.")] = "auto",
    system_prompt: Annotated[str | None, typer.Option(help="Text before every question.")] = None,
    entropy: Annotated[EntropyKind, typer.Option(help="Where the seed comes from.")] = EntropyKind.SELF,
    max_hours: Annotated[float, typer.Option(min=0.01, help="Time until the plan counts as failed.")] = 168.0,
    batch_size: Annotated[int, typer.Option(min=1, max=4096, help="Questions answered together.")] = 32,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only estimate time, memory and tokens.")] = False,
    price_per_hour: Annotated[float | None, typer.Option(min=0, help="Price of this machine, for --estimate.")] = None,
    json: Json = False,
) -> int:
    """Test a model under a policy and issue a certificate if it passes."""
    from certify.cli.summary import print_estimate, print_outcome
    from certify.pipeline.main import run_model
    from certify.pipeline.preparing import require_installed
    from certify.pipeline.request import RunRequest
    from certify.pipeline.workspace import Workspace

    request = RunRequest(
        model=model,
        policy=policy,
        data=tuple(data or ()),
        complete=data_complete,
        name=name,
        declaration=declaration,
        engine=engine,
        device=device,
        dtype=dtype,
        prompt_style=prompt_style,
        system_prompt=system_prompt,
        entropy=entropy,
        max_hours=max_hours,
        batch_size=batch_size,
    )
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
