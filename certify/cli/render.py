"""How results look: tables for people, one JSON document for programs. stdout is data, stderr is talk."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from certify.errors import CertifyError

MARKS = {"pass": "✓", "fail": "✗", "skip": "–", "warn": "!"}
ASCII_MARKS = {"pass": "+", "fail": "x", "skip": "-", "warn": "!"}
_COLOURS = {"pass": "32", "fail": "31", "skip": "2", "warn": "33", "bold": "1", "dim": "2"}


def width() -> int:
    """Columns to write in: the terminal's, between 60 and 100; 80 where there is none."""
    return max(60, min(100, shutil.get_terminal_size((80, 24)).columns))


def paint(text: str, style: str, stream: Any = None) -> str:
    """``text`` in colour when the stream is a terminal and NO_COLOR is not set."""
    target = stream or sys.stdout
    wanted = bool(os.environ.get("FORCE_COLOR")) or (
        target.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if wanted else text


def mark(result: str) -> str:
    """The sign for pass, fail, skip or warn, in ASCII where the terminal needs it."""
    utf8 = (sys.stdout.encoding or "").lower().startswith("utf")
    return paint((MARKS if utf8 else ASCII_MARKS)[result], result)


def clean(text: str) -> str:
    """``text`` without control characters, so that a hostile name cannot drive the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def emit_json(verb: str, document: dict[str, Any]) -> None:
    """Prints the one JSON document of a command: schema first, stable keys, no colour."""
    print(json.dumps({"schema": f"certify/{verb}/v1", **document}, indent=2, ensure_ascii=False))


def emit(text: str = "", style: str | None = None) -> None:
    """Prints one line of the result on stdout."""
    print(paint(clean(text), style) if style else clean(text))


def headline(text: str, style: str) -> None:
    """Prints a verdict, wrapped to the terminal."""
    emit(textwrap.fill(clean(text), width(), break_on_hyphens=False), style)


def say(text: str) -> None:
    """Prints talk on stderr: progress, notes, next steps."""
    print(clean(text), file=sys.stderr)


def paragraph(text: str, *, indent: int = 0) -> None:
    """Prints a paragraph wrapped to the terminal; a list item hangs under its own text."""
    pad = " " * indent
    hang = pad + "  " if text.startswith("- ") else pad
    emit(textwrap.fill(clean(text), width(), initial_indent=pad, subsequent_indent=hang, break_on_hyphens=False))


def fields(rows: Sequence[tuple[str, str]], *, indent: int = 2) -> None:
    """Prints label and value lines, labels aligned, long values wrapped under themselves."""
    if not rows:
        return
    label = max(len(name) for name, _ in rows)
    for name, value in rows:
        lead = " " * indent + name.ljust(label) + "  "
        emit(_hanging(lead, value))


def checklist(rows: Sequence[tuple[str, str, str]], *, indent: int = 2) -> None:
    """Prints (result, name, detail) lines with a mark in front."""
    if not rows:
        return
    label = max(len(name) for _, name, _ in rows)
    for result, name, detail in rows:
        lead = " " * indent + "  " + name.ljust(label) + "  "
        print(" " * indent + mark(result) + _hanging(lead, detail)[indent + 1 :])


def listing(rows: Sequence[tuple[str, str, str]], *, indent: int = 2) -> None:
    """Prints (value, name, detail): values aligned in front, each name beside its value, the detail below the name."""
    size = max((len(clean(value)) for value, _, _ in rows), default=0)
    for value, name, detail in rows:
        lead = " " * indent + clean(value).ljust(size) + "  "
        emit(_hanging(lead, name))
        emit(_hanging(" " * len(lead), detail))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, indent: int = 2) -> None:
    """Prints a table, its first column to the left and the others to the right; nothing is cut off.

    Args:
        header: titles of the columns; a line feed divides one.
        rows: cells; a first cell too long for the line stands above the others.
    """
    titles = [title.split("\n") for title in header]
    sizes = [max(map(len, [*titles[i], *(row[i] for row in rows)])) for i in range(len(header))]
    room = max(4, width() - indent - sum(size + 2 for size in sizes[1:]))
    sizes[0] = max([len(row[0]) for row in rows if len(row[0]) <= room] + [len(line) for line in titles[0]])
    for line in range(max(map(len, titles))):
        cells = [[""] * (max(map(len, titles)) - len(title)) + title for title in titles]
        emit(_row([cell[line] for cell in cells], sizes, indent), "dim")
    for first, *others in rows:
        alone = len(first) > sizes[0]
        if alone:
            emit(" " * indent + first)
        emit(_row(["" if alone else first, *others], sizes, indent))


def _row(cells: Sequence[str], sizes: Sequence[int], indent: int) -> str:
    first = clean(cells[0]).ljust(sizes[0])
    others = (clean(cell).rjust(size) for cell, size in zip(cells[1:], sizes[1:], strict=True))
    return (" " * indent + "  ".join((first, *others))).rstrip()


def _hanging(lead: str, text: str) -> str:
    """``text`` behind ``lead``, wrapped under itself; paths, digests and percentages are never broken."""
    kept_together = clean(text).replace(" %", "\u00a0%")
    filled = textwrap.fill(
        kept_together,
        max(width(), len(lead) + 20),
        initial_indent=clean(lead),
        subsequent_indent=" " * len(lead),
        break_on_hyphens=False,
        break_long_words=False,
    )
    return filled.replace("\u00a0", " ")


def next_step(command: str, why: str = "") -> None:
    """Prints the command that comes next."""
    emit()
    emit(f"next: {command}" + (f"   ({why})" if why else ""))


def show_error(error: CertifyError, *, json_wanted: bool = False) -> None:
    """Prints an error: what happened, why, and what to do next; as JSON on stdout too when asked."""
    if json_wanted:
        emit_json("error", {"code": error.code, "what": error.what, "why": error.why, "hint": error.hint})
    print(paint(f"error[{error.code}]", "fail", sys.stderr) + f": {clean(error.what)}", file=sys.stderr)
    if error.why:
        for line in clean(error.why).split("\n"):
            print(textwrap.fill(line, 80, initial_indent="  ", subsequent_indent="  "), file=sys.stderr)
    if error.hint:
        print(f"hint: {clean(error.hint)}", file=sys.stderr)
