"""A certificate over a real llama-server: a quantised GGUF file, killed, resumed, issued, verified.

Needs a ``llama-server`` program, on PATH or named by CERTIFY_TEST_LLAMA_SERVER, which may also name a Python with the
wheel ``xllamacpp``: llama.cpp's own server without a program around it. docs/engines.md says how to get either.
"""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from certify.engines.journal import read_journal
from certify.engines.processes import descendants
from certify.evidence.answers import FinishReason
from tests.journey.real_runs import MODELS, interrupted, journal_of, lines_of, require_certified, run_of

for package in ("torch", "lm_eval", "weasyprint", "sqlmodel"):
    pytest.importorskip(package)

PROGRAM = os.environ.get("CERTIFY_TEST_LLAMA_SERVER") or shutil.which("llama-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None, reason="no llama-server on PATH, and CERTIFY_TEST_LLAMA_SERVER names none; see docs/engines.md"
    ),
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc"),
]


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program under its own name on PATH, as a user has it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    file = folder / "llama-server"
    main = f" {Path(__file__).parent / 'llama_server.py'}" if Path(str(PROGRAM)).name.startswith("python") else ""
    file.write_text(f'#!/bin/sh\nexec {PROGRAM}{main} "$@"\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_quantised_file_is_killed_resumed_and_certified(corpus: Path, tmp_path: Path) -> None:
    from tests.fakes.demo_gguf import write_demo_gguf

    model, home = write_demo_gguf(MODELS / "honest", tmp_path / "honest-q8_0.gguf"), tmp_path / "home"
    command = run_of(home, model, corpus, "llamacpp")
    status, _ = interrupted(command, home, 60, lambda pid: os.kill(pid, signal.SIGKILL))
    assert status == -signal.SIGKILL
    kept = lines_of(home)
    outcome = require_certified(command, home, model, tmp_path)
    assert lines_of(home)[: len(kept)] == kept
    journal = journal_of(home)
    assert journal is not None
    answers = read_journal(journal)  # refuses a request answered twice
    assert len(answers) == len(lines_of(home)) - 1
    assert FinishReason.ERROR not in {one.finish_reason for one in answers.values()}
    assert "server started by certify on these files" in outcome["shown"]
    assert "quantised Q8_0" in outcome["shown"]
    assert descendants(os.getpid()) == []


def test_unrounded_weights_answer_as_they_do_under_transformers(tmp_path: Path) -> None:
    from certify.engines.runner import answer, describe
    from certify.evidence.model import Sampling
    from certify.identify import read_model, stage
    from tests.bench.overhead.pairs import order_of, questions, work_on
    from tests.fakes.demo_gguf import write_demo_gguf

    model = write_demo_gguf(MODELS / "honest", tmp_path / "honest.gguf", quantised=False)
    staged = stage(read_model(model), tmp_path / "staged")
    asked, said = questions(40, 96), []
    for name, engine, place in (("ours", "hf", MODELS / "honest"), ("theirs", "llamacpp", staged)):
        (tmp_path / name).mkdir()
        order = order_of(work_on(place, engine, asked, 8, 0.0, None), tmp_path / name)
        answer(order)
        said.append(read_journal(Path(order.journal)))
    assert describe(staged, "llamacpp", sampling=Sampling(temperature=0)).configuration.context_length == 256
    same = sum(one.text.strip() == said[1][key].text.strip() for key, one in said[0].items())
    assert same >= 38  # sums in another order may turn a near tie
