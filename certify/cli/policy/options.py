"""What the verbs of ``certify policy`` have in common."""

from __future__ import annotations

from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(metavar="POLICY", help="Shipped id, or path.")]
