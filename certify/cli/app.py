"""The root command: knows every verb by name and imports only the one that runs."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from certify.cli.render import show_error
from certify.errors import CertifyError, ExitCode, InternalError, RegistryError, UsageError

FIRST = "Start here"
ADVANCED = "Advanced"


@dataclass(frozen=True)
class Verb:
    """One verb: where it lives and the sentence that tells it from its neighbours."""

    module: str
    summary: str
    panel: str = ADVANCED


VERBS: dict[str, Verb] = {
    "demo": Verb("demo", "Watch the whole story on two bundled models, offline.", FIRST),
    "doctor": Verb("doctor", "See what works on this machine and what to install.", FIRST),
    "run": Verb("run", "Test a model under a policy and issue a certificate if it passes.", FIRST),
    "show": Verb("show", "Read a run or a certificate: may I use it, for what, until when.", FIRST),
    "verify": Verb("verify", "Check somebody's certificate, offline, under your own trust file.", FIRST),
    "gate": Verb("gate", "Decide from a certificate whether a model may be released; never runs it.", FIRST),
    "approve": Verb("approve", "As an approver, say yes or no to a run's decision.", FIRST),
    "guard": Verb("guard", "Verify a model's certificate, then start a server on exactly those bytes."),
    "waive": Verb("waive", "As an approver, let one model miss one rule for a while."),
    "respond": Verb("respond", "As an applicant, answer to a refusal: signed, and printed in its report."),
    "handoff": Verb("handoff", "Send statements to reviewers elsewhere, take answers back."),
    "audit": Verb("audit", "Recompute every number of a certificate from its evidence pack."),
    "export": Verb("export", "Write a verified certificate as VSA, OSCAL, CycloneDX, a model card and others."),
    "archive": Verb("archive", "Make a copy of a certificate that can be checked for decades (PAdES B-LTA)."),
    "revoke": Verb("revoke", "Withdraw a certificate for good, with a reason."),
    "suspend": Verb("suspend", "Withdraw a certificate for now, or all that a cause touches."),
    "reinstate": Verb("reinstate", "Lift a suspension."),
    "supersede": Verb("supersede", "Say which newer certificate takes one's place."),
    "renew": Verb("renew", "Test a certified model again and let the new certificate take the old one's place."),
    "model": Verb("model", "Make a clean model folder; identify, sign and verify a model."),
    "data": Verb("data", "Describe training data and record how it was made."),
    "scan": Verb("scan", "Look for benchmark items in training data, nothing else."),
    "keys": Verb("keys", "Make, list, rotate and revoke signing keys."),
    "trust": Verb("trust", "Make, sign and read trust files: who may sign what."),
    "policy": Verb("policy", "Write, read, try and compare policies."),
    "registry": Verb("registry", "Run, search, watch and check a registry."),
    "plan": Verb("plan", "First stage of run: size, sign and log the plan, ask nothing yet."),
    "check": Verb("check", "Second stage of run: ask the planned questions and judge the answers."),
    "decide": Verb("decide", "Third stage of run: apply the policy to the evaluation."),
    "issue": Verb("issue", "Last stage of run: sign the certificate and draw the PDF."),
    "explain": Verb("explain", "Explain an error code."),
}


EXTRAS = {
    "fastapi": "server", "uvicorn": "server", "prometheus_client": "server", "jwt": "server", "opentelemetry": "server",
    "psycopg": "server", "starlette": "server", "obstore": "server",
    "sqlmodel": "registry", "sqlalchemy": "registry", "alembic": "registry",
    "in_toto": "attest",
    "lm_eval": "eval", "numpy": "eval",
    "torch": "hf", "transformers": "hf", "safetensors": "hf", "tokenizers": "hf",
    "vllm": "vllm",
    "weasyprint": "pdf", "jinja2": "pdf", "segno": "pdf",
    "numba": "scan", "pyarrow": "scan", "zstandard": "scan", "isal": "scan", "ray": "ray",
    "pkcs11": "hsm", "boto3": "kms", "azure": "kms", "google": "kms", "hvac": "kms",
    "sigstore": "sigstore",
}  # fmt: skip
"""Which extra of the distribution brings a package."""


@dataclass(frozen=True)
class Settings:
    """Options that stand before the verb."""

    home: Path | None
    """Workspace named by --home or CERTIFY_HOME; absent when neither was given."""
    debug: bool


INTERRUPTED = "\ninterrupted; nothing is lost. Give the same command again to go on."
"""What whoever pressed Ctrl-C, or ended us with SIGTERM, is told."""


class LazyGroup(TyperGroup):
    """Lists every verb from the table above and imports a verb's module only to run it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A stand-in with name and summary, so that help imports nothing."""
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        return TyperCommand(
            name=cmd_name, help=verb.summary, short_help=verb.summary, rich_help_panel=verb.panel, callback=lambda: None
        )

    def invoke(self, ctx: Any) -> Any:
        """What the verb gives; Typer would end an interrupted one without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print(INTERRUPTED, file=sys.stderr)
            return int(ExitCode.INTERRUPTED)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb itself, imported now."""
        self.commands = {name: self.get_command(ctx, name) for name in VERBS}
        name, command, rest = super().resolve_command(ctx, args)
        if name in VERBS:
            app = import_module(f"certify.cli.{VERBS[name].module}").app
            command = typer.main.get_command(app)
            command.name = name
        return name, command, rest


app = typer.Typer(
    cls=LazyGroup,
    name="certify",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 yes, 1 no, 2 usage, 3 incomplete, 4 key or trust file, 5 registry or disk, 70 defect.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from certify import __version__

        print(f"certify {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Workspace of an issuer: keys, registry, runs.", envvar="CERTIFY_HOME")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", "-V", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Certificates for AI models that a stranger can check."""
    context.obj = Settings(home=home, debug=debug)


def run(arguments: list[str]) -> int:
    """Runs one command line and returns its exit code; no traceback unless --debug."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments  # what follows is another program's
    debug = "--debug" in own or bool(os.environ.get("CERTIFY_DEBUG"))
    try:
        result = typer.main.get_command(app)(arguments, prog_name="certify", standalone_mode=False)
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        return int(ExitCode.POSITIVE)
    except Exception as error:  # the last resort: whatever it is, the user is told in our words
        code = _usage_code(error)
        if code is not None:
            return code
        if debug:
            raise
        told = in_our_words(error)
        show_error(told, json_wanted="--json" in own)
        return int(told.exit_code)
    return int(result) if isinstance(result, int) else int(ExitCode.POSITIVE)


def in_our_words(error: Exception) -> CertifyError:
    """Any error as one of ours, with its code, reason and remedy."""
    if isinstance(error, CertifyError):
        return error
    if isinstance(error, OSError):
        return disk_error(error)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in EXTRAS:
        return absent_extra((error.name or "").partition(".")[0])
    return InternalError(
        "CERT-E099",
        f"something unexpected went wrong: {type(error).__name__}: {error}",
        "this is a defect of certify",
        "run the command again with --debug and report what it prints",
    )


def absent_extra(module: str) -> CertifyError:
    """An optional part of certify that this command needs."""
    return UsageError(
        "CERT-E010",
        f"{module} is not installed, and this command needs it",
        "it belongs to an optional part, so that whoever only checks certificates installs little",
        f"pip install 'certify-models[{EXTRAS[module]}]'",
    )


def disk_error(error: OSError) -> CertifyError:
    """What the operating system refused, in our words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        what = "the disk is full"
        return RegistryError("CERT-E073", what, "nothing half-written is kept", "make room and give the command again")
    place = f" {error.filename}" if error.filename else ""
    return UsageError("CERT-E012", f"{error.strerror or error}:{place}", "the file cannot be used", "check its path")


def _usage_code(error: Exception) -> int | None:
    """Prints a mistake in the command line the way typer does and returns exit code 2; None for other errors."""
    if type(error).__name__ == "Abort":
        print("stopped: the question was not answered, so nothing was done", file=sys.stderr)
        return int(ExitCode.USAGE)
    show = getattr(error, "show", None)
    if show is None:
        return getattr(error, "exit_code", None) if type(error).__name__ == "Exit" else None
    show()
    _tell_commands(error)
    return int(ExitCode.USAGE)


def _tell_commands(error: Any) -> None:
    """Lists the commands of a verb where the word after it is none of them."""
    context = getattr(error, "ctx", None)
    if context is None or context.parent is None or not getattr(error, "message", "").startswith("No such command"):
        return
    print(f"\nCommands of {context.command_path}:", file=sys.stderr)
    commands = [(name, context.command.get_command(context, name)) for name in context.command.list_commands(context)]
    widest = max(len(name) for name, _ in commands)
    for name, command in commands:
        print(f"  {name.ljust(widest)}  {command.get_short_help_str(76 - widest)}", file=sys.stderr)
