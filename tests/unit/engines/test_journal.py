from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.engines.journal import Journal, read_journal, require_complete, unanswered
from certify.engines.order import JournalHeader
from certify.errors import EvidenceMissing, HostileInput, InternalError, UsageError

from .conftest import make_completion, make_configuration, make_requests

HEADER = JournalHeader.of("11" * 32, "22" * 32, make_configuration())
REQUESTS = make_requests(6)
ANSWERS = [make_completion(request) for request in REQUESTS]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "journal.jsonl"
    with Journal.open(path, HEADER) as journal:
        journal.append(ANSWERS[:2])
        journal.append(ANSWERS[2:4])
    return path


def test_answers_come_back_as_committed(written: Path) -> None:
    assert list(read_journal(written, HEADER).values()) == ANSWERS[:4]
    with Journal.open(written, HEADER) as journal:
        journal.append(ANSWERS[4:])
        assert list(journal.completions().values()) == ANSWERS
    assert list(read_journal(written).values()) == ANSWERS


def test_no_journal_holds_no_answers(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none", HEADER) == {}


def test_a_file_torn_anywhere_keeps_exactly_the_whole_batches(written: Path, tmp_path: Path) -> None:
    data = written.read_bytes()
    ends = [at + 1 for at, byte in enumerate(data) if byte == 10]
    torn = tmp_path / "torn.jsonl"
    for size in sorted({*range(0, len(data), 7), *ends, *(end - 1 for end in ends), *(end + 1 for end in ends[:-1])}):
        torn.write_bytes(data[:size])
        kept = 4 if size >= ends[4] else 2 if size >= ends[2] else 0
        assert list(read_journal(torn, HEADER).values()) == ANSWERS[:kept]


@pytest.mark.parametrize("lost", [1, 40, 400])
def test_appending_after_a_tear_gives_the_file_of_an_unbroken_run(written: Path, lost: int) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole[:-lost])
    with Journal.open(written, HEADER) as journal:
        journal.append(ANSWERS[2:4])
    assert written.read_bytes() == whole


def test_a_torn_first_line_is_written_anew(written: Path) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole[:20])
    with Journal.open(written, HEADER) as journal:
        journal.append(ANSWERS[:2])
        journal.append(ANSWERS[2:4])
    assert written.read_bytes() == whole


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear sir")
    with pytest.raises(HostileInput, match="CERT-E061"):
        Journal.open(path, HEADER)
    assert path.read_text() == "Dear sir"


@settings(max_examples=80, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_any_changed_byte_is_refused_or_only_tears_the_end(
    tmp_path_factory: pytest.TempPathFactory, place: float, byte: int
) -> None:
    path = tmp_path_factory.mktemp("altered") / "journal.jsonl"
    with Journal.open(path, HEADER) as journal:
        journal.append(ANSWERS[:1])
        journal.append(ANSWERS[1:3])
    data = bytearray(path.read_bytes())
    at = int(place * len(data))
    if data[at] == byte:
        return
    data[at] = byte
    path.write_bytes(data)
    if at == len(data) - 1:  # the newline that ends the file: its batch counts as torn
        assert list(read_journal(path, HEADER).values()) == ANSWERS[:1]
    else:
        with pytest.raises((HostileInput, UsageError), match=r"CERT-E06[12]"):
            read_journal(path, HEADER)


@pytest.mark.parametrize("change", ["drop", "swap", "repeat", "edit"])
def test_altered_middle_lines_are_refused(written: Path, change: str) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    if change == "drop":
        del lines[2]
    elif change == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    elif change == "repeat":
        lines.append(lines[4])
    else:
        lines[2] = lines[2].replace(b'"text":"42"', b'"text":"43"')
    written.write_bytes(b"".join(lines))
    with pytest.raises(HostileInput, match="CERT-E061"):
        read_journal(written, HEADER)
    with pytest.raises(HostileInput, match="CERT-E061"):
        Journal.open(written, HEADER)


@pytest.mark.parametrize("field", ["plan_sha256", "model_identity", "configuration_sha256", "engine", "prompts"])
def test_a_journal_of_something_else_is_refused(written: Path, field: str) -> None:
    other = HEADER.model_copy(update={field: 99 if field == "prompts" else "33" * 32})
    with pytest.raises(UsageError, match="CERT-E062") as caught:
        Journal.open(written, other)
    assert field.replace("_", " ") in caught.value.what
    with pytest.raises(UsageError, match="CERT-E062"):
        read_journal(written, other)


def test_a_committed_answer_never_changes(written: Path) -> None:
    before = written.read_bytes()
    with Journal.open(written, HEADER) as journal, pytest.raises(InternalError, match="CERT-E061"):
        journal.append([ANSWERS[4], make_completion(REQUESTS[0], "other")])
    assert written.read_bytes() == before


def test_only_one_process_writes(written: Path) -> None:
    with Journal.open(written, HEADER), pytest.raises(UsageError, match="CERT-E062"):
        Journal.open(written, HEADER)
    Journal.open(written, HEADER).close()


def test_a_link_is_not_followed(written: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(written)
    with pytest.raises(HostileInput, match="CERT-E061"):
        Journal.open(link, HEADER)


def test_what_is_missing_is_counted_and_strangers_are_refused(written: Path) -> None:
    held = read_journal(written, HEADER)
    assert unanswered(REQUESTS, held, written) == 2
    with pytest.raises(EvidenceMissing, match="CERT-E060"):
        require_complete(REQUESTS, held, written)
    with pytest.raises(UsageError, match="CERT-E062"):
        unanswered(REQUESTS[1:], held, written)
    reseeded = [request.model_copy(update={"seed": 5}) for request in REQUESTS]
    with pytest.raises(UsageError, match="CERT-E062"):
        unanswered(reseeded, held, written)


def test_each_batch_is_synced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal.open(tmp_path / "journal.jsonl", HEADER) as journal:
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", synced.append)
        journal.append(ANSWERS)
        assert len(synced) == 1


KILLED = """
import json, sys
from pathlib import Path
from certify.engines.journal import Journal
from certify.engines.order import JournalHeader
from certify.evidence.answers import Completion
header = JournalHeader.from_document(json.loads(sys.argv[2]))
answers = [Completion.from_document(one) for one in json.loads(sys.stdin.readline())]
journal = Journal.open(Path(sys.argv[1]), header)
for n in range(10**6):
    journal.append([one.model_copy(update={"item": f"{n}-{one.item}"}) for one in answers])
    print(n, flush=True)
"""


def test_a_killed_writer_leaves_whole_batches(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), json.dumps(HEADER.document())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(json.dumps([one.document() for one in ANSWERS]) + "\n")
    writer.stdin.flush()
    said = [int(writer.stdout.readline()) for _ in range(20)]
    writer.kill()
    writer.wait()
    held = len(read_journal(path, HEADER))
    assert held % len(ANSWERS) == 0
    assert held >= len(ANSWERS) * (said[-1] + 1)
