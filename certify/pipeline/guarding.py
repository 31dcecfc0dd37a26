"""Starts a command on files that were just held against a certificate: this process becomes the command."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from certify.errors import UsageError
from certify.identify.gguf_model import find_gguf
from certify.identify.holding import HeldModel
from certify.identify.present import PresentModel
from certify.identify.reading import Progress
from certify.identify.staging import stage

PLACEHOLDER = "{model}"
"""Stands in a command for the model's path, also within an argument."""


def named_model(command: Sequence[str], model: Path | None = None) -> Path:
    """The one model that a command names.

    Args:
        command: program and arguments.
        model: the model that was named beside the command, if any; the command may then name it by the placeholder.

    Raises:
        UsageError: CERT-E164, it names none, another, or several: it would serve what nobody has looked at.
    """
    found = {path.resolve(): path for argument in command[1:] for path in _paths(argument) if _is_model(path)}
    if model is not None:
        placed = any(PLACEHOLDER in argument for argument in command[1:])
        same = [path for path in found if _same(path, model)]
        if not same and not placed:
            raise _no_model(
                f"the command does not name {model}", f"write {PLACEHOLDER} where it takes the model's path"
            )
        found = {path: name for path, name in found.items() if path not in same} | {model.resolve(): model}
    if len(found) != 1:
        what = "names no model here" if not found else f"names {len(found)} models"
        raise _no_model(f"the command {what}", f"name one with --model DIR, and write {PLACEHOLDER} in its place")
    return next(iter(found.values()))


def with_model(command: Sequence[str], model: Path, place: Path) -> list[str]:
    """The command with the verified path wherever it names the model.

    Args:
        command: program and arguments, of which :func:`named_model` has been asked.
        model: the model as it is named there.
        place: where the verified files lie.
    """
    return [command[0], *(_replaced(argument, model, place) for argument in command[1:])]


def require_program(command: Sequence[str]) -> None:
    """Returns if there is such a program, before hours of reading.

    Raises:
        UsageError: CERT-E168, there is none.
    """
    if shutil.which(command[0]) is None:
        raise UsageError(
            "CERT-E168", f"{command[0]} cannot be started", "there is no such program", "check its name and PATH"
        )


def stage_model(model: PresentModel, folder: Path, progress: Progress | None = None) -> HeldModel:
    """A read-only copy of a model's runtime files, and nothing else, at ``folder``; held open.

    A copy made earlier is taken again if it is, byte for byte, this model.

    Raises:
        UsageError: CERT-E020, there is something else at ``folder``.
        HostileInput: CERT-E026, a file changed while it was copied.
        OSError: the disk is full or not writable.
    """
    if not folder.exists():
        stage(model, folder, progress)
    held = HeldModel(folder, progress)
    if held.present.identity != model.identity:
        held.close()
        raise UsageError(
            "CERT-E020", f"{folder} holds something else than this model", "nothing there is overwritten",
            "name a folder that does not exist yet",
        )  # fmt: skip
    return held


def become(command: Sequence[str], held: HeldModel) -> NoReturn:
    """Looks at the held files for the last time, and becomes the command; its exit status is then this process's.

    Raises:
        HostileInput: CERT-E026, a file was changed meanwhile.
        UsageError: CERT-E168, the program cannot be started.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # Python ignores these, and what is ignored stays so in the new program.
    numbers = [getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name)]
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        held.recheck()
        os.execvp(command[0], list(command))  # noqa: S606 - the user's own command, without a shell
    except OSError as error:
        raise UsageError("CERT-E168", f"{command[0]} cannot be started", error.strerror or "") from error
    finally:  # still this program: a pipe that somebody closed must not end it without a word
        for number, handler in before.items():
            signal.signal(number, handler)


def _paths(argument: str) -> list[Path]:
    """What an argument may name: itself, or what stands behind ``--option=``."""
    texts = [argument] if not argument.startswith("-") else [argument.partition("=")[2]]
    return [Path(text) for text in texts if text and "\x00" not in text]


def _is_model(path: Path) -> bool:
    try:
        return (path.is_dir() and (path / "config.json").is_file()) or find_gguf(path) is not None
    except OSError:
        return False


def _replaced(argument: str, model: Path, place: Path) -> str:
    if PLACEHOLDER in argument:
        return argument.replace(PLACEHOLDER, str(place))
    option, given, _ = argument.partition("=") if argument.startswith("-") else ("", "", argument)
    return f"{option}{given}{place}" if any(_same(path, model) for path in _paths(argument)) else argument


def _same(path: Path, model: Path) -> bool:
    """Whether two paths name one model: one place, or a folder and the one GGUF file in it."""
    try:
        return path.exists() and _file_of(path) == _file_of(model)
    except OSError:
        return False


def _file_of(path: Path) -> Path:
    return (find_gguf(path) or path).resolve()


def _no_model(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E164", what, "a server that is told no verified path may serve anything", hint)
