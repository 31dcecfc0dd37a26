"""What a person sees while bytes are read."""

import pytest

from certify.cli import progress
from certify.cli.progress import TerminalReporter


@pytest.fixture
def reporter(monkeypatch):
    moments = iter([0.0, 0.0, 20.0, 31.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: False, raising=False)
    return TerminalReporter()


def test_bytes_come_with_their_speed_and_what_is_left(reporter, capsys):
    reporter.stage("Reading")
    reporter.advance(1_234_500_000, 9_000_000_000, "bytes")
    reporter.advance(9_000_000_000, 9_000_000_000, "bytes")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "  Reading",
        "  Reading: 1,234.5 of 9,000.0 MB, 62 MB/s, 2 min left",
        "  Reading: 9,000.0 of 9,000.0 MB, 290 MB/s",
    ]


def test_other_units_have_no_speed(reporter, capsys):
    reporter.stage("Asking")
    reporter.advance(5, 1000, "answers")
    reporter.advance(60, 1000, "answers")
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  Asking: 5 of 1,000 answers",  # loading, or an earlier run: it tells nothing of what is to come
        "  Asking: 60 of 1,000 answers, 3 min left",
    ]


def test_what_was_found_so_far_stands_before_speed_and_time(reporter, capsys):
    reporter.stage("Looking")
    reporter.advance(1_200_000_000, 2_400_000_000, "bytes", "3 of 7 files, 2 found")
    assert capsys.readouterr().err.splitlines()[1] == (
        "  Looking: 1,200.0 of 2,400.0 MB, 3 of 7 files, 2 found, 60 MB/s, 20 s left"
    )
