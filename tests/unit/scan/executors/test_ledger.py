"""An entry of the ledger counts when nothing about it is odd, and a ledger never stops a scan."""

import os
import stat
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certify.scan import work
from certify.scan.ledger import ShardLedger, settings_digest
from certify.scan.report import UnscannedPart
from certify.scan.run_counts import RunCounts
from certify.scan.shard_result import ShardResult
from certify.scan.shards import Shard, find_shards
from certify.scan.tally import Copy, Tally

SETTINGS = "0" * 64


@pytest.fixture
def shard(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n')
    return find_shards([path])[0][0]


@pytest.fixture
def ledger(tmp_path):
    return ShardLedger(tmp_path / "ledger", SETTINGS, pytest.fail)


def result(**changed):
    inexact = Copy(5, 1, 2, 30, 0.6667, True, "a" * 64, "Grüße \x00", (1, 2))
    exact = Copy(1, 2, 0, 9, 1.0, False, "b", None, ())
    tally = Tally(
        copies={3: [inexact, exact]},
        counts={3: {5: 1, 1: 7}},
        resembled=Counter({1: 2}),
        runs=RunCounts([9, 2, 9], [3, 5, 1]),
        thirteen={3},
        tens={3, 1},
    )
    part = UnscannedPart(shard="a.jsonl", row=4, bytes=12, reason="is no JSON")
    told = {"name": "a.jsonl", "sha256": "c" * 64, "bytes": 16, "documents": 1, "unscanned": (part,), "tally": tally}
    return ShardResult(**told | changed)


def test_what_was_kept_is_found_again_value_for_value(ledger, shard, tmp_path):
    assert ledger.find(shard) is None
    ledger.keep(shard, result())
    assert ledger.find(shard) == result()
    assert ShardLedger(tmp_path / "ledger", SETTINGS).find(shard) == result()
    (entry,) = (tmp_path / "ledger").iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (entry.parent, entry)] == [0o700, 0o600]


@pytest.mark.parametrize(
    "other",
    [{"name": "b.jsonl"}, {"url": "s3://bucket/a.jsonl"}, {"size": 17}, {"stamp": "another"}, {"stamp": ""}],
    ids=lambda other: next(iter(other)),
)
def test_another_file_finds_nothing(ledger, shard, other):
    ledger.keep(shard, result())
    assert ledger.find(shard._replace(**other)) is None


def test_other_settings_find_nothing(ledger, shard, tmp_path):
    ledger.keep(shard, result())
    assert ShardLedger(tmp_path / "ledger", "1" * 64).find(shard) is None


def test_everything_that_decides_a_result_is_in_the_settings(monkeypatch):
    usual = {"benchmarks": [("a", "1"), ("b", "2")], "sample": [b"x", b"yz"], "documents": 2}
    options = {"text_field": None, "excerpts": False}
    others = [
        {"benchmarks": [("b", "2"), ("a", "1")]}, {"sample": [b"xy", b"z"]}, {"sample": [b"x"]}, {"documents": 3},
        {"text_field": ""}, {"text_field": "text"}, {"excerpts": True}, {},
    ]  # fmt: skip
    digests = {settings_digest(**usual | options | other) for other in others}
    monkeypatch.setattr(work, "code_digest", lambda: "other")
    assert len(digests | {settings_digest(**usual | options)}) == len(others) + 1


CHANGED = UnscannedPart(shard="a.jsonl", row=None, bytes=16, reason="changed while it was read")


@pytest.mark.parametrize("odd", [{"sha256": ""}, {"unscanned": (CHANGED,)}], ids=["unread", "changed"])
def test_what_another_try_may_better_is_not_kept(ledger, shard, odd):
    ledger.keep(shard, result(**odd))
    assert ledger.find(shard) is None


def test_a_shard_that_cannot_tell_whether_it_changed_is_not_kept(ledger, shard, tmp_path):
    ledger.keep(shard._replace(stamp=""), result())
    assert list((tmp_path / "ledger").iterdir()) == []


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_a_broken_entry_is_none(ledger, shard, tmp_path, data):
    ledger.keep(shard, result())
    (entry,) = (tmp_path / "ledger").iterdir()
    whole = entry.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        entry.write_bytes(whole[:place])
    else:
        entry.write_bytes(whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :])
    assert ledger.find(shard) is None


def test_a_foreign_entry_is_none(ledger, shard, tmp_path):
    ledger.keep(shard, result())
    (entry,) = (tmp_path / "ledger").iterdir()
    other = shard._replace(stamp="other")
    ledger.keep(other, result(documents=9))
    (second,) = set((tmp_path / "ledger").iterdir()) - {entry}
    entry.write_bytes(second.read_bytes())
    assert ledger.find(shard) is None
    entry.unlink()
    entry.symlink_to(second)
    assert ledger.find(shard) is None
    entry.unlink()
    os.mkfifo(entry)
    assert ledger.find(shard) is None
    ledger.keep(shard, result(name="b.jsonl"))
    assert ledger.find(shard) is None


def test_an_entry_that_others_can_write_is_none(ledger, shard, tmp_path):
    ledger.keep(shard, result())
    (entry,) = (tmp_path / "ledger").iterdir()
    entry.chmod(0o620)
    assert ledger.find(shard) is None


def test_forgetting_takes_the_entries_of_this_scan_alone(ledger, shard, tmp_path):
    other = ShardLedger(tmp_path / "ledger", "1" * 64)
    for one in (ledger, other):
        one.keep(shard, result())
    ledger.forget()
    assert ledger.find(shard) is None
    assert other.find(shard) == result()


def test_entries_of_files_that_are_gone_or_are_others_now_are_removed(tmp_path, shard):
    folder = tmp_path / "ledger"
    old = ShardLedger(folder, "1" * 64)
    gone, moved = (shard._replace(path=tmp_path / name / "a.jsonl") for name in ("kept", "unmounted"))
    (tmp_path / "kept").mkdir()
    changed = shard._replace(stamp="as it was")
    stored = shard._replace(url="s3://bucket/a.jsonl", stamp="now")
    for one in (shard, gone, moved, changed, stored, stored._replace(stamp="before")):
        old.keep(one, result())
    elsewhere = stored._replace(url="s3://other/a.jsonl")
    old.keep(elsewhere, result())
    (folder / ("f" * 64 + ".json")).write_text("not of this world")
    new = ShardLedger(folder, SETTINGS)
    assert new.find(stored) is None
    new.prune()
    assert old.find(shard) == old.find(moved) == old.find(stored) == old.find(elsewhere) == result()
    assert old.find(gone) is old.find(changed) is old.find(stored._replace(stamp="before")) is None
    assert len(list(folder.iterdir())) == 5
    assert b"s3://" not in b"".join(path.read_bytes() for path in folder.iterdir()), "an address may grant access"


def test_a_scan_leaves_no_entry_of_a_file_that_is_gone(corpus, report, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for path in corpus.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    report(folder, ledger=tmp_path / "noted")
    (folder / "02.jsonl").unlink()
    report(folder, ledger=tmp_path / "noted")
    gone = str(folder / "02.jsonl").encode()
    entries = [path.read_bytes() for path in (tmp_path / "noted").iterdir()]
    assert len(entries) == 22, "of the other files both scans have one: what words tell is another now"
    assert not any(gone in entry for entry in entries)


def test_half_written_files_of_a_killed_scan_are_removed(tmp_path):
    folder = tmp_path / "ledger"
    folder.mkdir(mode=0o700)
    (folder / f".{'a' * 64}.json.x7_q").write_text("{")
    (folder / "mine.txt").write_text("stays")
    ShardLedger(folder, SETTINGS)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def unwritable(tmp_path, monkeypatch):
    (tmp_path / "ledger").write_text("a file")


def open_to_all(tmp_path, monkeypatch):
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger").chmod(0o777)


def full(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("certify.scan.ledger.replace_file", refuse)


@pytest.mark.parametrize("hindrance", [unwritable, open_to_all, full])
def test_a_ledger_that_cannot_be_used_is_told_once(corpus, report, expected, tmp_path, monkeypatch, hindrance):
    hindrance(tmp_path, monkeypatch)
    said = []
    assert report(corpus, threads=2, ledger=tmp_path / "ledger", note=said.append) == expected
    assert len(said) == 1
    assert said[0].startswith(f"Finished files cannot be noted in {tmp_path / 'ledger'}: ")


def test_the_ledger_of_the_cache_is_emptied_after_success_and_another_is_not(
    corpus, report, expected, tmp_path, monkeypatch
):
    monkeypatch.setattr("certify.scan.ledger.user_cache_folder", lambda: tmp_path / "cache")
    for folder, left in ((tmp_path / "cache" / "scans", 0), (tmp_path / "mine", 12)):
        assert report(corpus, ledger=folder) == expected
        assert len(list(folder.iterdir())) == left


def test_a_file_that_changed_is_scanned_again(corpus, report, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    for path in corpus.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    report(folder, ledger=tmp_path / "noted")
    rows = (folder / "02.jsonl").read_bytes()
    (folder / "02.jsonl").write_bytes(rows)
    scanned, scan_shard = [], work.scan_shard
    monkeypatch.setattr(
        work, "scan_shard", lambda s, shard, **o: scanned.append(shard.name) or scan_shard(s, shard, **o)
    )
    report(folder, ledger=tmp_path / "noted")
    assert scanned == ["02.jsonl"], "the same words, written anew, decide the same index"


def test_a_name_that_is_no_unicode_is_not_noted(ledger):
    ledger.keep(Shard("a\udcff.jsonl", ledger._folder, None, 1, "stamp"), result(name="a\udcff.jsonl"))
    assert list(ledger._folder.iterdir()) == []
