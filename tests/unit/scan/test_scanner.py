import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.errors import InternalError, UsageError
from certify.scan import Benchmark, confirming, load_benchmark, tallying
from certify.scan.report import MAX_SPANS, ScanReport
from certify.scan.scanner import scan

SEED = bytes(range(32))


def scan_for(data: Any, benchmark: Benchmark, **options: Any) -> ScanReport:
    return scan(data, [benchmark], **options)[0]


Write = Callable[..., Path]


@pytest.fixture
def texts(samples: Any) -> list[str]:
    draw = random.Random(1)
    return [samples.prose(draw, draw.randint(40, 200)) for _ in range(300)]


@pytest.fixture
def benchmark(samples: Any) -> Benchmark:
    draw = random.Random(2)
    rows = [(f"q{i}", samples.prose(draw, draw.randint(15, 60)), f"{i * 37} units") for i in range(25)]
    return Benchmark.from_items("prose", [*rows, ("tiny", "What is 2 + 2?", "4")])


def test_a_clean_corpus_has_no_findings(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    report = scan_for([write_shard(texts)], benchmark, seed=SEED, selftest_spikes=40)
    assert (report.items, report.contaminated, report.findings) == (26, 0, ())
    assert report.too_short == ("tiny",)
    assert (report.documents, len(report.shards)) == (300, 1)
    assert report.thirteen_gram.shared == 0
    for result in report.selftest.values():
        assert result.found >= 39
        assert result.recall_lower >= 0.88
    assert set(report.selftest) == {"verbatim", "rewrapped", "truncated", "edited"}


def test_spans_are_bytes_of_the_original_text(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    question = benchmark.items[3].question
    shouted = question.upper().replace(" ", "\n  ")
    texts[7] = f"Grüße — 前文。 {shouted} Answer: 111 units, naïve."
    report = scan_for([write_shard(texts)], benchmark, seed=SEED, selftest_spikes=0)
    finding = report.findings[0]
    assert (finding.item, finding.coverage, finding.coverage_share) == ("q3", "full", 1.0)
    assert (finding.answer_found, finding.occurrences, report.selftest) == (True, 1, {})
    span = finding.spans[0]
    data = texts[7].encode()
    assert (span.shard, span.document) == ("shard.jsonl", 7)
    assert data[span.start : span.end].decode() == shouted.rstrip(".")
    assert span.excerpt_sha256 == hashlib.sha256(data[span.start : span.end]).hexdigest()
    assert report.thirteen_gram.shared == 1


def test_truncated_and_edited_copies(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    long = [item for item in benchmark.items if len(item.words) >= 30]
    cut = long[0].question.split()
    texts[0] += " " + " ".join(cut[: len(cut) * 6 // 10]) + " and so on"
    edited = long[1].question.split()
    edited[3], edited[17] = "other", "different"
    texts[1] += " " + " ".join(edited)
    report = scan_for([write_shard(texts)], benchmark, seed=SEED, selftest_spikes=0)
    assert {(f.item, f.coverage) for f in report.findings} == {(long[0].id, "partial"), (long[1].id, "full")}


def test_copies_are_counted_beyond_the_spans_kept(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    question = benchmark.items[0].question
    texts += [f"again {question}"] * MAX_SPANS + [f"{question} twice {question}"] * 2
    report = scan_for([write_shard(texts)], benchmark, seed=SEED, selftest_spikes=0)
    finding = report.findings[0]
    assert finding.occurrences == MAX_SPANS + 4
    assert len(finding.spans) == MAX_SPANS


def test_the_report_is_json_and_the_same_each_time(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    texts[5] += benchmark.items[1].question
    path = write_shard(texts)
    seen: list[tuple[int, int]] = []
    first = scan_for([path], benchmark, seed=SEED, selftest_spikes=10, progress=lambda *at: seen.append(at))
    second = scan_for([path], benchmark, seed=SEED, selftest_spikes=10)
    assert first == second
    dumped = json.dumps(first.model_dump(mode="json"))
    assert ScanReport.model_validate_json(dumped) == first
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)
    assert first.shards[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert first.bytes == path.stat().st_size


def test_the_split_into_shards_changes_no_finding(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    texts[250] += benchmark.items[4].question
    whole = scan_for([write_shard(texts)], benchmark, seed=SEED, selftest_spikes=0)
    halves = [write_shard(texts[150:], "b.jsonl"), write_shard(texts[:150], "a.jsonl")]
    split = scan_for(halves, benchmark, seed=SEED, selftest_spikes=0)
    assert [f.item for f in whole.findings] == [f.item for f in split.findings] == ["q4"]
    assert (split.findings[0].spans[0].shard, split.findings[0].spans[0].document) == ("b.jsonl", 100)


def test_scripts_without_spaces(write_shard: Write) -> None:
    question = "小明有四百一十七颗弹珠，又买了六十五颗，请问他现在一共有多少颗弹珠？"
    benchmark = Benchmark.from_items("zh", [("1", question, "482")])
    path = write_shard(["今天天气很好，我们去公园玩。", f"题目：{question}答案是482。", "无关的句子。"])
    report = scan_for([path], benchmark, seed=SEED, selftest_spikes=5)
    assert [f.item for f in report.findings] == ["1"]
    assert report.selftest["verbatim"].found == 5


def test_an_empty_corpus_plants_nothing(benchmark: Benchmark, write_shard: Write) -> None:
    report = scan_for([write_shard([""])], benchmark, seed=SEED, selftest_spikes=5)
    assert (report.documents, report.selftest) == (1, {})


def test_lone_surrogates_do_not_stop_the_scan(benchmark: Benchmark, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "\\ud800 ' + benchmark.items[2].question + '"}\n')
    assert scan_for([path], benchmark, seed=SEED, selftest_spikes=2).contaminated == 1


def test_a_shard_that_keeps_changing_counts_as_not_searched(
    texts: list[str], benchmark: Benchmark, write_shard: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts[3] = benchmark.items[0].question
    path = write_shard(texts)
    search = tallying.scan_block

    def meddle(*arguments: Any, **options: Any) -> Any:
        with path.open("a") as stream:
            stream.write('{"text": "new"}\n')
        return search(*arguments, **options)

    monkeypatch.setattr("certify.scan.shard_result.scan_block", meddle)
    # With one thread reading and searching take turns, so the shard changes while it is read.
    report = scan_for([path], benchmark, seed=SEED, selftest_spikes=0, threads=1)
    assert (report.contaminated, report.documents, report.coverage) == (0, 0, 0.0)
    assert [(part.shard, part.row, part.reason) for part in report.unscanned] == [
        ("shard.jsonl", None, "changed while it was read")
    ]


def test_a_row_that_cannot_be_read_is_named_and_the_rest_is_searched(
    texts: list[str], benchmark: Benchmark, write_shard: Write
) -> None:
    path = write_shard([*texts, benchmark.items[0].question])
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = b'{"text": "cut o\n'
    path.write_bytes(b"".join(lines))
    report = scan_for([path], benchmark, seed=SEED, selftest_spikes=0)
    assert (report.contaminated, report.documents) == (1, 300)
    assert [(part.row, part.bytes) for part in report.unscanned] == [(4, len(lines[4]))]
    assert 0.99 < report.coverage < 1


def test_a_column_that_no_row_has_is_a_mistake(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    paths = [write_shard(texts[:20], "a.jsonl"), write_shard(texts[20:40], "b.jsonl")]
    with pytest.raises(UsageError, match="CERT-E034: no row of the data has a column 'txt'"):
        scan(paths, [benchmark], seed=SEED, selftest_spikes=0, text_field="txt")
    paths[1].write_text('{"txt": "a word"}\n')
    report = scan(paths, [benchmark], seed=SEED, selftest_spikes=0, text_field="txt")[0]
    assert report.documents == 1
    assert [(part.shard, part.row, part.reason) for part in report.unscanned] == [
        ("a.jsonl", None, "there is no column 'txt'")
    ]


def test_a_span_that_does_not_hold_its_words_is_a_defect(
    texts: list[str], benchmark: Benchmark, write_shard: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts[0] = benchmark.items[0].question
    monkeypatch.setattr(confirming, "words", lambda text: ["other"])
    with pytest.raises(InternalError, match="CERT-E039"):
        scan_for([write_shard(texts)], benchmark, seed=SEED, selftest_spikes=0)


def test_several_benchmarks_in_one_pass_share_items(texts: list[str], benchmark: Benchmark, write_shard: Write) -> None:
    twice = [(item.id + "b", item.question, item.answer) for item in benchmark.items[:5]]
    texts[0] = benchmark.items[2].question
    first, second = scan([write_shard(texts)], [benchmark, Benchmark.from_items("other", twice)], seed=SEED,
                         selftest_spikes=20)  # fmt: skip
    assert [finding.item for finding in first.findings] == ["q2"]
    assert [finding.item for finding in second.findings] == ["q2b"]
    assert first.findings[0].spans == second.findings[0].spans


def test_a_worked_answer_alone_is_told_from_a_question(samples: Any, texts: list[str], write_shard: Write) -> None:
    draw = random.Random(5)
    rows = [(f"q{i}", samples.prose(draw, 30), samples.prose(draw, 40)) for i in range(6)]
    texts[0] += " " + rows[1][2]
    texts[1] += f" {rows[2][1]}\n{rows[2][2]}"
    texts[2] += " " + rows[3][1]
    report = scan_for([write_shard(texts)], Benchmark.from_items("b", rows), seed=SEED, selftest_spikes=0)
    assert [(one.item, one.answer_found) for one in report.findings] == [("q2", True), ("q3", False)]
    assert [one.item for one in report.answer_only] == ["q1"]


def test_a_problem_leaked_again_and_again_with_small_edits_is_found(
    samples: Any, texts: list[str], write_shard: Write
) -> None:
    draw = random.Random(8)
    question = samples.prose(draw, 45).split()
    for number in range(60):
        edited = list(question)
        edited[draw.randrange(len(edited))] = "other"
        texts[number] += " " + " ".join(edited)
    rows = [("a", " ".join(question), ""), ("b", samples.prose(draw, 40), "")]
    report = scan_for([write_shard(texts)], Benchmark.from_items("b", rows), seed=SEED, selftest_spikes=0)
    assert [(one.item, one.coverage, one.occurrences) for one in report.findings] == [("a", "full", 60)]


def test_shuffled_sentences_are_found(samples: Any, texts: list[str], write_shard: Write) -> None:
    draw = random.Random(6)
    sentences = [samples.prose(draw, 12) for _ in range(5)]
    texts[9] += " " + " ".join(sentences[n] for n in (3, 0, 4, 2, 1))
    rows = [("a", " ".join(sentences), ""), ("b", samples.prose(draw, 40), "")]
    report = scan_for([write_shard(texts)], Benchmark.from_items("b", rows), seed=SEED, selftest_spikes=0)
    assert [(one.item, one.coverage) for one in report.findings] == [("a", "reordered")]


def test_a_passage_that_many_documents_share_is_reported_apart(
    samples: Any, texts: list[str], write_shard: Write
) -> None:
    draw = random.Random(7)
    question = samples.prose(draw, 60).split()
    half = " ".join(question[:36])
    for number in range(40):
        texts[number] += " " + half + " " + samples.prose(draw, 10)
    rows = [("a", " ".join(question), ""), ("b", samples.prose(draw, 40), "")]
    report = scan_for([write_shard(texts)], Benchmark.from_items("b", rows), seed=SEED, selftest_spikes=0)
    told = [(one.item, one.documents) for one in report.common_passages]
    assert report.findings == ()
    assert told == [("a", 40)]


@pytest.mark.slow
def test_public_word_problems(shared_benchmarks: Path) -> None:
    benchmark = load_benchmark(shared_benchmarks / "gsm8k_test.jsonl")
    report = scan_for([shared_benchmarks / "gsm8k_train.jsonl"], benchmark, seed=SEED, selftest_spikes=200)
    assert (report.items, report.documents, report.contaminated) == (1319, 7473, 0)
    assert all(result.recall_lower >= 0.95 for result in report.selftest.values())


def test_a_public_benchmark_of_chat_messages(shared_benchmarks: Path, write_shard: Write) -> None:
    pytest.importorskip("pyarrow")
    benchmark = load_benchmark(shared_benchmarks / "aime24.parquet")
    assert len(benchmark.items) == 30
    assert all(item.key and "boxed" not in item.words for item in benchmark.items)
    leaked = benchmark.items[5]
    report = scan_for([write_shard(["filler text", leaked.question])], benchmark, seed=SEED, selftest_spikes=0)
    assert [finding.item for finding in report.findings] == [leaked.id]
