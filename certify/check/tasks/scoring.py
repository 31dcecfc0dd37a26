"""A task of lm-eval at work on one answer; imported only by processes that may run a task's code."""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lm_eval.api.instance import Instance
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks._yaml_loader import load_yaml

_STRUCTURE = ("tag", "group", "task_list", "include")
_MAX_TOLD = 300


class Score(NamedTuple):
    """What a task's code says of one answer."""

    value: int | None
    """1 for right, 0 for wrong; None where it said neither."""
    answer: str | None = None
    """What its filter took for the answer."""
    fault: str | None = None
    """``raised``, or ``between`` where the metric gave something other than 0 or 1."""
    told: str = ""
    """Which exception, or which value."""


class Documents(list[dict[str, Any]]):
    """Documents as lm-eval wants to see a split."""

    @property
    def features(self) -> dict[str, None]:
        """The columns, by name."""
        return dict.fromkeys(name for document in self[:1] for name in document)


def quiet() -> int:
    """From here on whatever this process prints goes nowhere; gives the descriptor that standard output was."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    logging.getLogger("lm_eval").setLevel(logging.CRITICAL)
    return kept


def settings_of(path: Path) -> dict[str, Any]:
    """What a task's YAML says, functions imported: this runs the task's code."""
    config = load_yaml(path, resolve_func=True)
    settings = {key: value for key, value in config.items() if key not in _STRUCTURE}
    metadata = settings.get("metadata")
    settings["metadata"] = dict(metadata) if isinstance(metadata, dict) else {}
    return settings


def scoring_task(settings: Mapping[str, Any], documents: Sequence[dict[str, Any]]) -> ConfigurableTask:
    """The task over documents that are processed already, without its data set and without solved examples."""
    own = {
        "custom_dataset": lambda **_: {"test": Documents(documents)},
        "dataset_path": None,
        "dataset_name": None,
        "dataset_kwargs": None,
        "process_docs": None,
        "training_split": None,
        "validation_split": None,
        "test_split": "test",
        "fewshot_split": None,
        "fewshot_config": None,
        "num_fewshot": 0,
        "use_prompt": None,
    }
    return ConfigurableTask(config={**settings, **own})


def score(task: Any, document: dict[str, Any], text: str, metric: str, filter_name: str) -> Score:
    """What the task says of an answer; total, whatever its code does short of never ending.

    The order of scoring does not matter: what its code draws at random begins anew with each answer.
    """
    _steady()
    try:
        instance = Instance("generate_until", document, ("", {}), 0, (task.task_name, 0, 1))
        instance.resps = [text]
        next(one for one in task._filters if one.name == filter_name).apply([instance])
        filtered = instance.filtered_resps[filter_name]
        value = task.process_results(document, [filtered])[metric]
        return _scored(value, _said(filtered))
    except BaseException as error:  # a task may call sys.exit() as well
        return Score(None, None, "raised", f"{type(error).__name__}: {error}"[:_MAX_TOLD])


def limited(processor: float, clock: int) -> None:
    """The kernel ends this process when either time is over, whatever it is at then; 0 takes the limit back."""
    for kind in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(kind, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, processor)
    signal.alarm(clock)


def _scored(value: Any, answer: str | None) -> Score:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return Score(None, answer, "between", f"it gives {type(value).__name__}, not a number"[:_MAX_TOLD])
    if number not in (0.0, 1.0):
        return Score(None, answer, "between", f"it gives {number:.4g}")
    return Score(int(number), answer)


def _said(filtered: Any) -> str | None:
    one = filtered[0] if isinstance(filtered, list | tuple) and len(filtered) == 1 else filtered
    return one if isinstance(one, str) else None


def _steady() -> None:
    """Fixes what scorers draw at random, langdetect's guesses among it."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    factory = getattr(sys.modules.get("langdetect"), "DetectorFactory", None)
    if factory is not None:
        factory.seed = 0
