"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.app import Settings

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Trust = Annotated[Path | None, typer.Option(help="Trust file: whose signatures count.", envvar="CERTIFY_TRUST")]
Status = Annotated[Path | None, typer.Option(help="Saved answer of a registry (SERIAL.status.json).")]
StatusList = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Status lists of the certificate's registry: whether withdrawn.")
]
Registry = Annotated[
    str | None,
    typer.Option("--registry", "--status-from", metavar="URL", help="Registry to ask: withdrawn? And a serial's PDF."),
]
Online = Annotated[bool, typer.Option("--online", help="Ask the registry that your trust file names.")]
MaxStatusAge = Annotated[
    int | None, typer.Option(min=1, metavar="DAYS", help="Oldest acceptable answer about withdrawal.")
]
MinLevel = Annotated[int, typer.Option(min=0, max=3, help="Lowest acceptable assurance level.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer yes to every question.")]


class Context:
    """Reads what stood before the verb."""

    @staticmethod
    def of(context: typer.Context) -> Settings:
        """The settings of the root command."""
        settings = context.find_root().obj
        return settings if isinstance(settings, Settings) else Settings(home=None, debug=False)

    @staticmethod
    def home(context: typer.Context) -> Path:
        """The workspace to write to: the one named, else ./.certify."""
        return Context.of(context).home or Path(".certify")


def ask_passphrase(question: str) -> str:
    """Asks for a passphrase or PIN on the terminal; empty where nobody can answer."""
    import sys
    from getpass import getpass

    return getpass(question) if sys.stdin.isatty() else ""
