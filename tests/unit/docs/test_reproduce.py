"""The page on reproducing a report prints what its program prints, and its policy plans what the page says."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

import pytest

from certify.check import planned_checks
from certify.decide import load_policy
from certify.evidence.model import Sampling
from certify.pipeline.decoding import sampling_of

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reproduce-vibethinker.md").read_text()
BENCHMARKS = Path(os.environ.get("CERTIFY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "benchmarks"


def test_the_interval_to_expect_is_the_one_printed() -> None:
    program, printed = re.findall(r"```(?:python)?\n(.*?)```", PAGE[PAGE.index("## What to expect") :], re.DOTALL)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(program, "page", "exec"), {})
    assert said.getvalue() == printed


def test_the_policy_decodes_as_the_report_does() -> None:
    policy = load_policy(ROOT / "docs" / "reproduce-vibethinker").policy
    assert sampling_of(policy.checks) == Sampling(temperature=1.0, top_p=0.95, top_k=0)
    assert {(one.with_["samples"], one.with_["maxTokens"]) for one in policy.checks} == {(64, 40_960)}


def test_the_policy_plans_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    if not BENCHMARKS.is_dir():
        pytest.skip(f"{BENCHMARKS} is not there; set CERTIFY_SHARED_DATA")
    monkeypatch.setenv("CERTIFY_BENCHMARKS", str(BENCHMARKS))
    planned = planned_checks(load_policy(ROOT / "docs" / "reproduce-vibethinker").policy.checks)
    answers = sum(one.items * one.samples for one in planned)
    assert f"{answers:,} answers" in PAGE
    tokens = sum(one.items * one.samples * one.max_tokens for one in planned)
    assert f"{tokens / 1e6:.0f} million tokens" in PAGE
