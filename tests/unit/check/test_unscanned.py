"""What a scan did not search is named and counted, however its report tells of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.scan_result import scan_result
from certify.check.unscanned import refuse_other_data, with_unread_files
from certify.errors import HostileInput
from certify.evidence.canonical import sha256_hex
from certify.evidence.model import FileEntry
from certify.identify import Manifest
from certify.scan.report import (
    Finding,
    PlantedResult,
    Resemblance,
    RuleCount,
    ScanReport,
    ShardSummary,
    ThirteenGram,
    UnscannedPart,
)
from certify.verify.scan_counts import check_scan_result


def entry(path: str, size: int = 100) -> FileEntry:
    return FileEntry(path=path, size=size, sha256=sha256_hex(path.encode()))


def shard(of: FileEntry, name: str | None = None) -> ShardSummary:
    return ShardSummary(name=name or of.path, sha256=of.sha256, bytes=of.size, documents=1)


def report(shards=(), **changes) -> ScanReport:
    fields = {
        "rule": "certify/corpus-scan/v2",
        "benchmark": "tiny",
        "benchmark_digest": "0" * 64,
        "items": 30,
        "contaminated": 0,
        "findings": (),
        "too_short": (),
        "lookalikes": (),
        "thirteen_gram": ThirteenGram(judged=20, shared=3),
        "shards": tuple(shards),
        "skipped": (),
        "documents": len(shards),
        "bytes": sum(one.bytes for one in shards),
        "selftest": {"verbatim": PlantedResult(planted=300, found=300, recall_lower=0.99)},
    }
    return ScanReport(**(fields | changes))


def lost(name: str, size: int, row: int | None = None) -> UnscannedPart:
    return UnscannedPart(shard=name, row=row, bytes=size, reason="truncated")


A, B, TABLE = entry("a.jsonl"), entry("b.jsonl", 300), entry("c.csv", 600)


def test_a_poisoned_row_and_an_unknown_file_are_counted_once_each():
    seen = report([shard(A), shard(B)], unscanned=(lost("b.jsonl", 40, 7),), coverage=0.9)
    whole = with_unread_files(seen, Manifest.of([A, B, TABLE]))
    assert [(one.shard, one.row, one.bytes) for one in whole.unscanned] == [("b.jsonl", 7, 40), ("c.csv", None, 600)]
    assert whole.coverage == 0.36
    again = with_unread_files(whole.model_copy(update={"coverage": 1.0}), Manifest.of([A, B, TABLE]))
    assert len(again.unscanned) == 2


def test_a_part_whose_bytes_the_format_does_not_tell_still_lowers_coverage():
    seen = report([shard(A)], unscanned=(lost("a.jsonl", 0, 3),), coverage=1.0)
    assert with_unread_files(seen, Manifest.of([A])).coverage == 0.999999


def test_a_shard_that_was_neither_read_nor_named_is_refused():
    with pytest.raises(HostileInput) as caught:
        refuse_other_data(report([shard(A)]), Manifest.of([A, B]))
    assert caught.value.code == "CERT-E026"
    assert "b.jsonl" in caught.value.what
    refuse_other_data(report([shard(A)], unscanned=(lost("b.jsonl", 300),)), Manifest.of([A, B]))
    with pytest.raises(HostileInput):
        refuse_other_data(report([shard(A)], unscanned=(lost("b.jsonl", 300, 4),)), Manifest.of([A, B]))


@pytest.mark.parametrize("name", ["x.jsonl", "one/x.jsonl", "/data/one/x.jsonl"])
def test_a_shard_is_known_by_whatever_the_scan_calls_it(name):
    kept = Manifest.of([entry("one/x.jsonl"), entry("two/y.jsonl")])
    seen = report([shard(entry("two/y.jsonl"), "y.jsonl")], unscanned=(lost(name, 100),), coverage=0.5)
    refuse_other_data(seen, kept)
    assert len(with_unread_files(seen, kept).unscanned) == 1


def test_a_shard_that_changed_is_refused_even_where_it_is_named_as_not_searched():
    other = shard(entry("b.jsonl", 301))
    with pytest.raises(HostileInput):
        refuse_other_data(report([shard(A), other], unscanned=(lost("b.jsonl", 1),)), Manifest.of([A, B]))


def test_every_class_of_the_report_reaches_the_result():
    found = [
        Finding(item=str(n), coverage=kind, coverage_share=1.0, answer_found=n == 0, occurrences=1, spans=())
        for n, kind in enumerate(["full", "partial", "reordered", "reordered"])
    ]
    near = tuple(Resemblance(item=str(n), documents=2, spans=()) for n in range(9, 12))
    seen = report(
        [shard(A)],
        contaminated=4,
        findings=tuple(found),
        answer_only=tuple(found[:1]),
        twins=near,
        common_passages=near[:2],
        rules=(
            RuleCount(rule="gpt3-13gram", judged=21, flagged=5),
            RuleCount(rule="llama2-dirty", judged=29, flagged=4),
            RuleCount(rule="tulu3-8gram", judged=28, flagged=6),
        ),
    )
    result = scan_result([("1" * 64, seen)], Manifest.of([A]), b"[]")
    [one] = result.benchmarks
    assert (one.full, one.partial, one.reordered) == (1, 1, 2)
    assert (one.question_only, one.question_and_answer, one.answer_only) == (3, 1, 1)
    assert (one.template_twins, one.common_passages) == (3, 2)
    published = (one.gpt3_thirteen_gram, one.llama2_dirty, one.tulu3_eight_gram)
    assert [(rule.judged, rule.flagged) for rule in published] == [(21, 5), (29, 4), (28, 6)]
    assert result.rule == "certify/corpus-scan/v2"
    check_scan_result(result)


SIZES = st.integers(0, 10**15)


@settings(deadline=None)
@given(
    read=st.lists(SIZES, max_size=4),
    passed=st.lists(SIZES, max_size=4),
    inside=st.integers(0, 10**6),
    poisoned=st.booleans(),
)
def test_coverage_is_one_exactly_where_nothing_is_left_out_and_never_too_high(read, passed, inside, poisoned):
    shards = [entry(f"{n}.jsonl", size) for n, size in enumerate(read)]
    tables = [entry(f"{n}.csv", size) for n, size in enumerate(passed)]
    kept = Manifest.of([*shards, *tables, A])
    parts = (lost("a.jsonl", 0, 1),) if poisoned else ()
    share = inside / 10**6 if poisoned else 1.0
    seen = report([shard(one) for one in (*shards, A)], unscanned=parts, coverage=share)
    whole = with_unread_files(seen, kept)
    assert (whole.coverage == 1) == (not whole.unscanned) == (not poisoned and not passed)
    assert whole.coverage * kept.total_bytes <= share * (sum(read) + A.size) * (1 + 1e-12)
    check_scan_result(scan_result([("1" * 64, whole)], kept, b"[]"))
