import json
import os
from pathlib import Path

import pytest

from certify.check import judge, judge_in_worker
from certify.check.judging import run_worker
from certify.check.worker import JudgeOrder, main, read_lines, write_lines
from certify.errors import EvidenceMissing
from certify.evidence.answers import Completion, Question

QUESTIONS = [
    Question(check="c", item=name, group="g", text="6*7?", gold="42", verifier="integer", max_tokens=64)
    for name in ("a", "b")
]


def test_the_worker_gives_what_judging_here_gives(complete):
    given = [complete(QUESTIONS[1], "42"), complete(QUESTIONS[0], "four\u2028score \x1b[0m")]
    expected = judge(QUESTIONS, given, None, samples={"c": 1})
    assert judge_in_worker(QUESTIONS, given, None, samples={"c": 1}) == expected


def test_what_the_worker_says_is_raised_here(complete):
    with pytest.raises(EvidenceMissing, match="planned answers are missing") as caught:
        judge_in_worker(QUESTIONS, [complete(QUESTIONS[0], "42")], None, samples={"c": 1})
    assert caught.value.code == "CERT-E064"
    assert caught.value.hint


def test_a_worker_that_takes_too_long_is_stopped(complete):
    given = [complete(question, "42") for question in QUESTIONS]
    with pytest.raises(EvidenceMissing, match="could not be judged") as caught:
        judge_in_worker(QUESTIONS, given, None, samples={"c": 1}, seconds=0.01)
    assert caught.value.code == "CERT-E103"


def test_the_worker_sees_no_secret(monkeypatch, tmp_path, complete):
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "certify").mkdir()
    (tmp_path / "certify" / "__init__.py").write_text("raise SystemExit('shadowed')")
    given = [complete(question, "42") for question in QUESTIONS]
    seen = {}

    def spy(*arguments, **options):
        seen.update(options["env"])
        return original(*arguments, **options)

    import subprocess

    original = subprocess.run
    monkeypatch.setattr(subprocess, "run", spy)
    assert len(judge_in_worker(QUESTIONS, given, None, samples={"c": 1})) == 2
    assert "CERTIFY_PASSPHRASE" not in seen
    assert "PYTHONPATH" not in seen
    assert seen["PYTHONHASHSEED"] == "0"


def order(folder: Path, completions: bytes) -> Path:
    write_lines(folder / "questions.jsonl", QUESTIONS)
    (folder / "completions.jsonl").write_bytes(completions)
    path = folder / "order.json"
    names = {name: str(folder / f"{name}.jsonl") for name in ("questions", "completions", "records")}
    path.write_bytes(JudgeOrder(samples={"c": 1}, **names).to_bytes())
    return path


def test_malformed_answers_leave_no_records(tmp_path, capsys):
    broken = [b"{", b'{"check": "c"}\n', b"\xff\n", b"[" * 50_000, b'{"a": NaN}\n']
    for data in broken:
        assert main([str(order(tmp_path, data))]) == 1
        assert json.loads(capsys.readouterr().out)["kind"] == "HostileInput"
        assert not (tmp_path / "records.jsonl").exists()


def test_an_order_that_is_missing_is_told(tmp_path):
    with pytest.raises(EvidenceMissing) as caught:
        run_worker(tmp_path / "order.json")
    assert caught.value.code == "CERT-E103"


def test_lines_are_written_whole_or_not_at_all(tmp_path, complete):
    path = tmp_path / "x.jsonl"
    write_lines(path, [complete(QUESTIONS[0], "42")])
    before = path.read_bytes()

    def failing():
        yield complete(QUESTIONS[1], "42")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_lines(path, failing())
    assert path.read_bytes() == before
    assert [value.item for value in read_lines(path, Completion)] == ["a"]
    assert os.listdir(tmp_path).count("x.jsonl") == 1
