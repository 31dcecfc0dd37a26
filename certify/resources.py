"""Where the shipped policies and templates are, in a wheel and in a checkout alike."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from certify.errors import InternalError


def room(name: str) -> Traversable:
    """The folder ``policies`` or ``templates``.

    Raises:
        InternalError: the install lacks the folder.
    """
    bundled = files("certify") / "_bundled" / name
    if bundled.is_dir():
        return bundled
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / name
    raise InternalError("CERT-E099", f"{name}/ is missing from this install", hint="reinstall certify-models")
