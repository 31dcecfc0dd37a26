"""Where the passphrase of a key, or the PIN of a token, comes from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from certify.errors import TrustError

DEVELOPMENT_PASSPHRASE = "certify-development-only"  # noqa: S105 - public on purpose, see below
"""Opens development keys. It is published here, so whatever those keys sign proves nothing to others."""

VARIABLE = "CERTIFY_PASSPHRASE"
FILE_VARIABLE = "CERTIFY_PASSPHRASE_FILE"
PIN_VARIABLE = "CERTIFY_PIN_FILE"
MAX_PASSPHRASE_FILE = 4096


def find_passphrase(
    label: str, *, prompt: Callable[[str], str] | None = None, environ: Mapping[str, str] | None = None
) -> str:
    """The passphrase from ``CERTIFY_PASSPHRASE``, else the file ``CERTIFY_PASSPHRASE_FILE``, else a question.

    Args:
        label: what the passphrase opens, for the question and the error.
        prompt: asks a person; absent where nobody can answer.
        environ: the environment; the process's own when absent.

    Raises:
        TrustError: CERT-E040, nobody and nothing gives one, or the file cannot be read.
    """
    variables = os.environ if environ is None else environ
    return _given(variables) or _asked(f"Passphrase for {label}: ", f"there is no passphrase for {label}", prompt)


def find_pin(
    label: str, *, prompt: Callable[[str], str] | None = None, environ: Mapping[str, str] | None = None
) -> str:
    """The PIN of a token: from the file ``CERTIFY_PIN_FILE`` names, else as ``find_passphrase`` finds one.

    Raises:
        TrustError: CERT-E040, nobody and nothing gives one, or the file cannot be read.
    """
    variables = os.environ if environ is None else environ
    if variables.get(PIN_VARIABLE):
        return _from_file(Path(variables[PIN_VARIABLE]))
    return _given(variables) or _asked(f"PIN for {label}: ", f"there is no PIN for {label}", prompt)


def _given(variables: Mapping[str, str]) -> str:
    if variables.get(VARIABLE):
        return variables[VARIABLE]
    return _from_file(Path(variables[FILE_VARIABLE])) if variables.get(FILE_VARIABLE) else ""


def _asked(question: str, otherwise: str, prompt: Callable[[str], str] | None) -> str:
    answer = prompt(question) if prompt else ""
    if not answer:
        raise _missing(otherwise)
    return answer


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_PASSPHRASE_FILE)
        lines = data.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _missing(f"the file {path} with the passphrase or PIN cannot be read") from error
    if not lines or not lines[0]:
        raise _missing(f"the file {path} with the passphrase or PIN is empty")
    return lines[0]


def _missing(what: str) -> TrustError:
    return TrustError(
        "CERT-E040",
        what,
        "signing keys are stored encrypted, or in a token that asks for its PIN",
        f"set {VARIABLE} or {FILE_VARIABLE} ({PIN_VARIABLE} for a token), or run the command on a terminal",
    )
