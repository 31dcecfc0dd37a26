"""What a gate and a guard are asked with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Policy = Annotated[str | None, typer.Option(help="Your policy: shipped id, or path; the lock file's when absent.")]
Certificate = Annotated[Path | None, typer.Option(metavar="FILE", help="Its certificate: a PDF or a bundle.")]
LockFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Lock file: what was fixed earlier.")]
Serial = Annotated[str | None, typer.Option(metavar="SERIAL", help="The one certificate that will do.")]
