"""The surroundings of a step: what is asked for by name, and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from certify.attest.command import command_environment
from certify.attest.scrubbing import REDACTED, is_secret_name, scrubbed_value
from certify.errors import UsageError

_INTERPRETER = re.compile(r"python(?:\d+(?:\.\d+)?)?")
_WAIT_SECONDS = 60
_PROGRAM = """
import importlib.metadata, json, platform, sys
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
print(json.dumps({"python": platform.python_version(), "implementation": platform.python_implementation(),
    "platform": platform.platform(), "packages": {name: version(name) for name in sys.argv[1:]}}))
"""


def describe_environment(
    command: Sequence[str] | None,
    *,
    packages: Sequence[str] = (),
    variables: Sequence[str] = (),
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Python's version, the platform, and the packages and variables that were asked for by name.

    A command that starts with a Python interpreter is described by that interpreter; any other by the one certify
    runs in, and ``described`` says which: ``command`` or ``recorder``.

    Raises:
        UsageError: CERT-E057, a package or variable is not there, or the interpreter does not answer.
    """
    given = os.environ if environ is None else environ
    asked = command[0] if command and _INTERPRETER.fullmatch(Path(command[0]).name) else None
    found = _ask(asked or sys.executable, packages, folder)
    missing = [name for name, version in found["packages"].items() if version is None]
    missing += [name for name in variables if name not in given]
    if missing:
        raise _unusable(f"{missing[0]} is not there", "name packages as pip does, and variables that are set")
    values = {
        name: REDACTED if is_secret_name(name) else scrubbed_value(given[name], given) for name in sorted(variables)
    }
    described = {"described": "command" if asked else "recorder", **found}
    return {**described, **({"variables": values} if values else {})}


def _ask(interpreter: str, packages: Sequence[str], folder: Path | None) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [interpreter, "-c", _PROGRAM, *sorted(set(packages))],
            cwd=folder,
            env=command_environment(),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_WAIT_SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise _unusable(f"{interpreter} does not say which version it is", "check the command") from error
    return dict(answer)


def _unusable(what: str, hint: str) -> UsageError:
    return UsageError(
        "CERT-E057", what, "an environment that is recorded wrongly misleads whoever repeats the step", hint
    )
