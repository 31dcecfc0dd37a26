"""The command of a step: run without a time limit, recorded without its secrets."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from certify.errors import UsageError

REDACTED = "***"
_NAME = r"[\w.-]*(?:token|key|password|passwd|passphrase|secret|secrets|credential|credentials)"
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_ASSIGNED = re.compile(rf"({_NAME}\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s;&|]+)", re.IGNORECASE)
_OPTION = re.compile(rf"(--?{_NAME}\s+)(\"[^\"]*\"|'[^']*'|[^\s;&|]+)", re.IGNORECASE)
_BEARER = re.compile(r"\b((?:bearer|basic)\s+)\S+", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(://)[^/@\s]+@")
_STDERR = 2


def run_command(command: Sequence[str], folder: Path) -> int:
    """Run a command in ``folder`` and give its exit code; its output goes to standard error as it comes.

    The passphrases of signing keys and the PINs of tokens are kept out of its environment.

    Raises:
        UsageError: CERT-E057, it cannot be started.
    """
    secret = ("CERTIFY_PASSPHRASE", "CERTIFY_PIN")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(secret)}
    try:
        return subprocess.run(list(command), cwd=folder, env=environment, stdout=_STDERR, check=False).returncode
    except OSError as error:
        raise UsageError(
            "CERT-E057", f"{command[0]} cannot be run: {error.strerror}", hint="check the command"
        ) from error


def scrubbed(command: Sequence[str], environ: Mapping[str, str] | None = None) -> list[str]:
    """The command with the values of passwords, tokens and keys replaced by ``***``.

    Replaced are: what follows an option or variable whose name ends in token, key, password, secret, passphrase or
    credential; the value of such an environment variable wherever it appears; names and passwords inside addresses.
    A secret that is named otherwise is not recognised.
    """
    values = _secret_values(os.environ if environ is None else environ)
    recorded: list[str] = []
    for position, argument in enumerate(command):
        previous = command[position - 1] if position else ""
        hidden = previous.startswith("-") and "=" not in previous and _SECRET_NAME.fullmatch(previous)
        recorded.append(REDACTED if hidden else _scrub(argument, values))
    return recorded


def _scrub(argument: str, values: Sequence[str]) -> str:
    for value in values:
        argument = argument.replace(value, REDACTED)
    for pattern in (_BEARER, _OPTION, _ASSIGNED):
        argument = pattern.sub(rf"\g<1>{REDACTED}", argument)
    return _IN_ADDRESS.sub(rf"\g<1>{REDACTED}@", argument)


def _secret_values(environ: Mapping[str, str]) -> list[str]:
    found = {value for name, value in environ.items() if len(value) >= 6 and _SECRET_NAME.fullmatch(name)}
    return sorted(found, key=len, reverse=True)
