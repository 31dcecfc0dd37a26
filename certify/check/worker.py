"""The process that judges answers: ``python -m certify.check.worker ORDER.json``.

What a model wrote is untrusted, so it is read and compared in a process that holds no key. It reads
questions and completions as JSON Lines and writes the records, whole or not at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from certify.check.judgements import judge
from certify.check.told import told
from certify.engines.sandbox import limit_memory, refuse_network
from certify.errors import CertifyError
from certify.evidence.answers import Completion, ItemRecord, Question
from certify.evidence.base import Value
from certify.evidence.canonical import MAX_BYTES
from certify.evidence.model import ReasoningTags

V = TypeVar("V", bound=Value)


class JudgeOrder(Value):
    """What to judge, and how answers were asked for."""

    questions: str
    """JSON Lines file of questions."""
    completions: str
    """JSON Lines file of completions."""
    records: str
    """File the records are written to."""
    samples: dict[str, int]
    """Planned answers to each question, by check."""
    prompt_style: str = "completion"
    """chat or completion, as planned."""
    tasks: dict[str, str] = Field(default_factory=dict)
    """File of each task of lm-eval, by its name."""
    reasoning: ReasoningTags | None = None
    """Reasoning markers, as planned."""
    memory_limit: int | None = Field(default=None, ge=2**28)
    """Most address space, bytes."""


def main(arguments: Sequence[str]) -> int:
    """Carries out an order; gives the exit status. An error goes to standard output as one JSON object."""
    try:
        order = JudgeOrder.from_bytes(Path(arguments[0]).read_bytes(), name="the judging order")
        limit_memory(order.memory_limit)
        refuse_network()
        records = judge(
            list(read_lines(Path(order.questions), Question)),
            read_lines(Path(order.completions), Completion),
            order.reasoning,
            samples=order.samples,
            prompt_style=order.prompt_style,
            tasks={name: Path(file) for name, file in order.tasks.items()},
        )
        write_lines(Path(order.records), records)
    except CertifyError as error:
        sys.stdout.write(told(error) + "\n")
        return 1
    return 0


def read_lines(path: Path, kind: type[V]) -> Iterator[V]:
    """The values of a JSON Lines file, one at a time.

    Raises:
        HostileInput: a line is too long, not strict JSON, or another kind of value.
    """
    with path.open("rb") as file:
        while line := file.readline(MAX_BYTES + 2):
            yield kind.from_bytes(line.removesuffix(b"\n"), name=path.name)


def write_lines(path: Path, values: Iterable[Value]) -> None:
    """Writes a JSON Lines file in canonical form: complete, or not there."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        for value in values:
            file.write(value.to_bytes() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def read_records(path: Path) -> tuple[ItemRecord, ...]:
    """The records a worker wrote."""
    return tuple(read_lines(path, ItemRecord))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
