"""Writes docs/commands.md from the command line itself.

Run it after a change to ``certify/cli``: ``python docs/generate_commands.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from typer.main import get_command

from certify.cli.app import ADVANCED, FIRST, VERBS, app

PAGE = Path(__file__).resolve().parent / "commands.md"

INTRODUCTION = """\
# Commands

Every verb with every option, as `certify VERB --help` prints them. This page is written by
`python docs/generate_commands.py`, and a test fails when it is not what that would write.

Results go to stdout; progress, notes and errors go to stderr. With `--json` stdout holds exactly one JSON document.
Its `schema` is `certify/<verb>/v1`, or `certify/error/v1` when the command could not do its work. What the exit status
means is in [exit-codes.md](exit-codes.md); `certify explain CODE` tells more about an error code.

A workspace holds the keys, the trust file, the registry and the runs of an issuer. Commands that write use the one
that `--home` or `CERTIFY_HOME` names, else `./.certify`. Readers take trust from `--trust`, from a workspace named
explicitly, or from the user's own `~/.config/certify/trust.json` (`certify trust use`), and never from the current
folder.
"""


def document() -> str:
    """The whole page."""
    parts = [INTRODUCTION, "## Before the verb\n", *_table(get_command(app).params)]
    for panel in (FIRST, ADVANCED):
        parts.append(f"\n## {panel}\n")
        for name, verb in VERBS.items():
            if verb.panel == panel:
                parts += _verb(name, verb.summary)
    return "\n".join(parts).rstrip() + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that can be given, such as ``("policy list", command)``."""
    for name, verb in VERBS.items():
        command = get_command(import_module(f"certify.cli.{verb.module}").app)
        yield from _leaves(name, command)


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield name, command
    for part, each in (inner or {}).items():
        yield from _leaves(f"{name} {part}", each)


def _verb(name: str, summary: str) -> Iterator[str]:
    found = [(title, command) for title, command in commands() if title.split()[0] == name]
    if found[0][0] != name:
        yield f"### certify {name}\n"
        yield f"{summary}\n"
    for title, command in found:
        yield f"{'###' if title == name else '####'} certify {title}\n"
        yield f"{' '.join((command.help or summary).split())}\n"
        yield f"```\n{_usage(title, command)}\n```\n"
        yield from _table(command.params)


def _usage(title: str, command: Any) -> str:
    arguments = [param for param in command.params if not _is_option(param)]
    shown = [f"{_label(param)}{'...' if param.nargs != 1 else ''}" for param in arguments]
    words = [text if param.required else f"[{text}]" for text, param in zip(shown, arguments, strict=True)]
    needed = [f"{param.opts[0]} {_values(param)}" for param in command.params if _is_option(param) and param.required]
    return " ".join(["certify", title, *words, *needed, "[OPTIONS]"])


def _table(params: list[Any]) -> Iterator[str]:
    shown = [param for param in params if param.help and not param.hidden]
    if not shown:
        return
    yield "| option | value | default | what it does |\n|---|---|---|---|"
    for param in shown:
        names = [f"`{opt}`" for opt in param.opts] if _is_option(param) else [f"`{_label(param)}`"]
        name = ", ".join(names).replace("|", "\\|")
        more = " Repeat for several." if param.multiple and "epeat" not in param.help else ""
        environment = f" Also from `{param.envvar}`." if param.envvar else ""
        yield f"| {name} | {_cell(param)} | {_default(param)} | {param.help}{more}{environment} |"
    yield ""


def _is_option(param: Any) -> bool:
    return bool(param.opts and param.opts[0].startswith("-"))


def _label(param: Any) -> str:
    return str(param.metavar or param.name).upper().replace("_", "-")


def _cell(param: Any) -> str:
    values = _values(param)
    return f"`{values}`".replace("|", "\\|") if values else ""


def _values(param: Any) -> str:
    if param.metavar:
        return str(param.metavar)
    kind = param.type_descriptor.annotation
    if kind is bool:
        return ""
    if get_origin(kind) is list:
        (kind,) = get_args(kind)
    if get_origin(kind) is Literal:
        return "|".join(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(member.value) for member in kind)
    return {"Path": "PATH", "str": "TEXT", "int": "NUMBER", "float": "NUMBER"}[kind.__name__]


def _default(param: Any) -> str:
    if param.required:
        return "required"
    value = param.default() if callable(param.default) else param.default
    if value is None or value is False or value == Path():
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
