"""The process that reads a task: ``python -m certify.check.tasks.maker ORDER.json``.

It imports the task's code, has it word every item, tries its scorer on harmless texts, and writes the task's file. It
holds no key and reaches no network; the data set has to be on this machine.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lm_eval.api.metrics import mean
from lm_eval.api.task import ConfigurableTask
from pydantic import Field

from certify.check.tasks.datasets import dataset_named, load_dataset, revision_of
from certify.check.tasks.file import MAX_CODE, TaskHead, TaskRow, code_digest, task_bytes
from certify.check.tasks.finding import FoundTask, code_files, find_task, refused, tasks_root
from certify.check.tasks.scoring import limited, quiet, score, scoring_task, settings_of
from certify.check.told import told
from certify.engines.sandbox import limit_memory, refuse_network
from certify.errors import CertifyError
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.tasks import AskedTask, TaskOrigin

FEWSHOT_SEED = 1234
"""lm-eval's own default for drawing solved examples. Source: lm_eval.simple_evaluate, fewshot_random_seed."""

PATIENCE = 30
"""Seconds of processor time that the scorer may take for a harmless text."""

_HARMLESS = "I do not know.\n\nPerhaps it is 7. That is all."
_PARTLY = 20
"""Items whose scorer is also tried on a part of the target, where fractions show."""
_SPLIT = re.compile(r"\s+")


class MakeOrder(Value):
    """Which task to read, and how."""

    name: str
    """Its name."""
    folder: str | None = None
    """An operator's folder of tasks; lm-eval's own when absent."""
    metric: str | None = None
    """Its metric, with the filter behind a comma."""
    shots: int | None = None
    """Solved examples; as the task says when absent."""
    file: str
    """Where the task's file is written."""
    told: str
    """Where an error is written."""
    cache: str
    """Folder for data sets that are read from files."""
    memory_limit: int | None = Field(default=None, ge=2**28)
    """Most address space, bytes."""


def main(arguments: Sequence[str]) -> int:
    """Carries out an order; gives the exit status. Standard output is the task's own, and goes nowhere."""
    order = MakeOrder.from_bytes(Path(arguments[0]).read_bytes(), name="the task order")
    limit_memory(order.memory_limit)
    refuse_network()
    quiet()
    try:
        Path(order.file).write_bytes(made(order))
    except CertifyError as error:
        Path(order.told).write_text(told(error), encoding="utf-8")
        return 1
    return 0


def made(order: MakeOrder) -> bytes:
    """The bytes of a task's file.

    Raises:
        UsageError: CERT-E560, the task cannot be asked; CERT-E561, its data set is not at hand.
    """
    found = find_task(order.name, tasks_root(order.folder))
    own = order.folder is not None
    files = code_files(found, own=own)
    try:
        settings = settings_of(found.path)
    except Exception as error:
        raise _fails(order.name, "its code cannot be imported", error) from error
    dataset = None if callable(settings.get("custom_dataset")) else load_dataset(found.config, order.cache)
    task = _task(order, settings, dataset)
    metric, filter_name = _metric(order, task)
    rows = _rows(order.name, task)
    asked = AskedTask(
        name=order.name,
        version=str(task.VERSION) if task.VERSION not in (None, "Yaml") else "none",
        lm_eval=version("lm-eval"),
        metric=metric,
        filter=filter_name,
        shots=task.config.num_fewshot or 0,
        dataset=dataset_named(found.config),
        revision=revision_of(dataset),
        origin=TaskOrigin.OPERATOR if own else TaskOrigin.LM_EVAL,
        code=code_digest(files),
    )
    until = task.config.generation_kwargs.get("until") or ()
    head = TaskHead(
        task=asked,
        yaml=found.path.relative_to(found.root).as_posix(),
        until=tuple(text for text in ((until,) if isinstance(until, str) else until) if text),
        files=_texts(found, files) if own else None,
    )
    _try(order.name, scoring_task(settings_of(found.path), [row.doc for row in rows]), rows, (metric, filter_name))
    return task_bytes(head, rows)


def _task(order: MakeOrder, settings: dict[str, Any], dataset: Any) -> ConfigurableTask:
    config = dict(settings)
    if dataset is not None:
        config |= {"custom_dataset": lambda **_: dataset}
    if order.shots is not None:
        config["num_fewshot"] = order.shots
    try:
        task = ConfigurableTask(config=config)
        task.set_fewshot_seed(FEWSHOT_SEED)
    except Exception as error:
        raise _fails(order.name, "lm-eval cannot set it up", error) from error
    return task


def _metric(order: MakeOrder, task: Any) -> tuple[str, str]:
    """The metric and filter asked for, or the only ones there are."""
    wanted, _, filtered = (order.metric or "").partition(",")
    # a metric of several values names them only once it has scored
    metrics, filters = list(task.aggregation()), [one.name for one in task._filters]
    chosen, taken = _only(wanted, metrics), _only(filtered, filters)
    if chosen is None or taken is None:
        pairs = ", ".join(f'"{one},{other}"' for one in metrics for other in filters)
        raise refused(
            f"the metric of the task {order.name} is {'not known' if order.metric else 'to be chosen'}",
            f"a certificate states one number of a task, and this one has {pairs}",
            f'add metric: "{metrics[0]},{filters[0]}" or another of them',
        )
    if task.aggregation().get(chosen) is not mean or not task.higher_is_better().get(chosen, True):
        raise refused(
            f"the metric {chosen} of the task {order.name} is no share of right answers",
            "an interval is given for answers that are right or wrong, averaged; this metric is put together otherwise",
            f"name one of the others: {', '.join(one for one in metrics if one != chosen) or 'it has none'}",
        )
    return chosen, taken


def _only(wanted: str, known: Sequence[str]) -> str | None:
    if wanted:
        return wanted if wanted in known else None
    return known[0] if len(known) == 1 else None


def _rows(name: str, task: Any) -> list[TaskRow]:
    rows = []
    try:
        for number, document in enumerate(task.eval_docs):
            question = task.fewshot_context(
                document, num_fewshot=task.config.num_fewshot or 0, gen_prefix=task.doc_to_prefix(document)
            )
            target = task.doc_to_target(document)
            rows.append((number, question, target, document))
    except Exception as error:
        raise _fails(name, "it cannot word its items", error) from error
    return [_row(name, *row) for row in rows]


def _row(name: str, number: int, question: Any, target: Any, document: Any) -> TaskRow:
    try:
        plain = parse_json(canonical_bytes(dict(document)), name="a document")
        return TaskRow(id=str(number), question=question, target=_text(target), doc=plain)
    except (CertifyError, ValueError, TypeError, AttributeError) as error:
        raise _fails(name, f"item {number} is no question that JSON can hold", error) from error


def _text(target: Any) -> str:
    return target if isinstance(target, str) else json.dumps(target, ensure_ascii=False, default=str)


def _texts(found: FoundTask, files: dict[str, bytes]) -> dict[str, str]:
    if sum(map(len, files.values())) > MAX_CODE:
        raise refused(
            f"the files in {found.root} are larger than {MAX_CODE:,} bytes together", "", "tidy the folder up"
        )
    try:
        return {path: data.decode("utf-8") for path, data in files.items()}
    except UnicodeDecodeError as error:
        raise refused(f"a file in {found.root} is not UTF-8 text", str(error)) from error


def _try(name: str, task: Any, rows: Sequence[TaskRow], measure: tuple[str, str]) -> None:
    """Returns where the scorer gives 0 or 1 for harmless texts: better told now than after hours of answers."""
    for number, row in enumerate(rows):
        words = _SPLIT.split(row.target.strip())
        half = " ".join(words[: len(words) // 2])
        for text in (_HARMLESS, row.target, f"{half} and so on") if number < _PARTLY else (_HARMLESS,):
            limited(PATIENCE, 10 * PATIENCE)
            found = score(task, row.doc, text, *measure)
            limited(0, 0)
            if found.fault == "raised":
                raise refused(
                    f"the scorer of the task {name} fails on item {row.id}",
                    found.told,
                    "install what it needs (IFEval: pip install 'certify-models[ifeval]' and NLTK's punkt_tab)",
                )
            if found.fault == "between":
                raise refused(
                    f"the metric {measure[0]} of the task {name} gives parts of a point",
                    f"on item {row.id} {found.told}; no interval is known here for a mean of fractions",
                    "name a metric that is 0 or 1 for each answer",
                )


def _fails(name: str, what: str, error: BaseException) -> CertifyError:
    told = f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
    return refused(f"the task {name} cannot be asked: {what}", told, _remedy(name, error))


def _remedy(name: str, error: BaseException) -> str:
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return "see whether `lm-eval validate` takes it"
    if name == "ifeval":
        return "install what it needs: `pip install 'certify-models[ifeval]'`"
    return f"install the Python package that has {error.name}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
