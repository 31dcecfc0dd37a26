"""Training data under a policy without a scan: whoever gave it is told that nobody searches it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from certify.evidence.plan import PlannedCheck
from certify.pipeline import evaluating


class Notes:
    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.mark.parametrize(("data", "told"), [(object(), 1), (None, 0)])
def test_data_that_no_check_reads_is_told_of(data: object, told: int) -> None:
    parameters = {"families": ["addition", "sorting"], "items": 20}
    asked = PlannedCheck(id="fresh-reasoning", version=1, parameters=parameters, items=20, samples=1, max_tokens=64)
    plan, prepared = SimpleNamespace(checks=(asked,)), SimpleNamespace(inputs=SimpleNamespace(data=data))
    notes = Notes()
    scanned = evaluating._scan(*cast("tuple[Any, ...]", (None, prepared, plan, None, notes)))
    assert scanned is None
    assert len(notes.told) == told
    assert all("not searched" in text for text in notes.told)
