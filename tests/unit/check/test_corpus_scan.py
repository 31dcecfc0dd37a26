import json

import pytest

from certify.check import all_questions, scan_corpus, score_all, unreadable
from certify.check.rounds import planned_parameters
from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import sha256_hex
from certify.identify import read_dataset
from certify.verify.scan_counts import check_scan_result

SEED = bytes(32)


@pytest.fixture
def corpus(tmp_path, benchmark_file):
    folder = tmp_path / "corpus"
    folder.mkdir()
    rows = [json.loads(line) for line in benchmark_file.read_text().splitlines()]
    texts = [f"Notes of day {n}: the weather was fair and the harvest went on as planned." for n in range(200)]
    long_enough = [row for row in rows if len(row["question"].split()) > 12][:3]
    texts += [f"{row['question']} {row['answer']}" for row in long_enough]
    (folder / "a.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return folder, {row["id"] for row in long_enough}


def test_taught_items_are_found_and_the_rest_is_not(plan, corpus):
    folder, taught = corpus
    planned, sources = plan(corpus_scan={"spikes": 30})
    parameters = planned_parameters(planned)["corpus-scan"]
    calls = []
    scanned = scan_corpus(
        parameters,
        sources,
        [folder],
        SEED,
        manifest=read_dataset([folder]).manifest,
        progress=lambda done, total: calls.append((done, total)),
    )
    report = json.loads(scanned.report)
    assert {finding["item"] for finding in report[0]["findings"]} == taught
    result = scanned.result
    assert (result.contaminated, result.items, result.shards, result.documents) == (3, 30, 1, 203)
    assert result.report_sha256 == sha256_hex(scanned.report)
    assert result.benchmarks[0].benchmark_sha256 == next(iter(sources.benchmarks.values())).sha256
    assert result.benchmarks[0].full == 3
    assert {row.kind for row in result.self_test} >= {"verbatim"}
    assert 0.8 < result.verbatim_recall_lower <= 1
    assert calls[-1][0] == calls[-1][1]
    again = scan_corpus(parameters, sources, [folder], SEED)
    assert again == scanned


def test_a_scan_cut_off_goes_on_from_its_ledger(plan, corpus, tmp_path, monkeypatch):
    folder, _ = corpus
    for name in "bcd":
        (folder / f"{name}.jsonl").write_text((folder / "a.jsonl").read_text())
    planned, sources = plan(corpus_scan={"spikes": 3})
    parameters = planned_parameters(planned)["corpus-scan"]
    whole = scan_corpus(parameters, sources, [folder], SEED)

    def give_up(done, total):
        if done > total / 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    with pytest.raises(KeyboardInterrupt):
        scan_corpus(parameters, sources, [folder], SEED, ledger=tmp_path / "noted", progress=give_up)
    kept = {path.name: path.stat().st_ino for path in (tmp_path / "noted").iterdir()}
    assert len(kept) == 2
    assert scan_corpus(parameters, sources, [folder], SEED, ledger=tmp_path / "noted") == whole
    after = {path.name: path.stat().st_ino for path in (tmp_path / "noted").iterdir()}
    assert len(after) == 4
    assert kept.items() <= after.items(), "what was noted is not written again"


def test_the_model_is_asked_nothing_and_no_data_means_no_result(plan, corpus):
    planned, sources = plan(corpus_scan={})
    assert (planned[0].items, planned[0].samples, planned[0].max_tokens) == (0, 0, 0)
    assert all_questions(planned, sources, SEED) == ()
    scored = score_all(planned, (), (), sources)
    assert scored.not_run[0].reason == "no training data was given"
    scanned = scan_corpus(planned_parameters(planned)["corpus-scan"], sources, [corpus[0]], SEED)
    assert score_all(planned, (), (), sources, scanned).results == {"corpus-scan": scanned.result}


def test_data_that_was_exchanged_since_it_was_identified_is_refused(plan, corpus):
    folder, _ = corpus
    planned, sources = plan(corpus_scan={"spikes": 0})
    manifest = read_dataset([folder]).manifest
    (folder / "a.jsonl").write_text('{"text": "something else"}\n')
    with pytest.raises(HostileInput) as caught:
        scan_corpus(planned_parameters(planned)["corpus-scan"], sources, [folder], SEED, manifest=manifest)
    assert caught.value.code == "CERT-E026"


def test_a_shard_that_the_scan_cannot_read_is_named_with_its_bytes(plan, corpus):
    folder, taught = corpus
    rest = folder / "rest.csv"
    rest.write_text("text\nall the benchmark items could be here\n")
    planned, sources = plan(corpus_scan={"spikes": 0})
    parameters, manifest = planned_parameters(planned)["corpus-scan"], read_dataset([folder]).manifest
    scanned = scan_corpus(parameters, sources, [folder], SEED, manifest=manifest)
    result = scanned.result
    assert unreadable(manifest) == ("rest.csv",)
    assert (result.unscanned, result.unscanned_bytes) == (1, rest.stat().st_size)
    assert (result.shards, result.bytes) == (2, manifest.total_bytes)
    share = (manifest.total_bytes - rest.stat().st_size) / manifest.total_bytes
    assert share - 1e-6 < result.coverage <= share
    assert result.contaminated == len(taught)
    [report] = json.loads(scanned.report)
    assert [(part["shard"], part["bytes"]) for part in report["unscanned"]] == [("rest.csv", rest.stat().st_size)]
    assert report["coverage"] == result.coverage
    named_alone = scan_corpus(parameters, sources, [folder / "a.jsonl", rest], SEED)
    assert named_alone.result.coverage == result.coverage


def test_data_of_which_nothing_can_be_read_is_refused(plan, tmp_path):
    (tmp_path / "rest.csv").write_text("text\nall the benchmark items could be here\n")
    planned, sources = plan(corpus_scan={"spikes": 0})
    with pytest.raises(UsageError) as caught:
        scan_corpus(planned_parameters(planned)["corpus-scan"], sources, [tmp_path / "rest.csv"], SEED)
    assert caught.value.code == "CERT-E031"
    assert "rest.csv" in caught.value.what


def test_what_was_searched_whole_is_said_to_be(plan, corpus):
    planned, sources = plan(corpus_scan={"spikes": 0})
    result = scan_corpus(planned_parameters(planned)["corpus-scan"], sources, [corpus[0]], SEED).result
    assert (result.coverage, result.unscanned, result.unscanned_bytes) == (1.0, 0, 0)
    [one] = result.benchmarks
    assert one.full + one.partial + one.reordered == one.contaminated == one.question_only + one.question_and_answer
    assert one.gpt3_thirteen_gram.flagged <= one.gpt3_thirteen_gram.judged <= one.items
    check_scan_result(result)


def test_the_ending_of_a_shard_may_be_in_capitals(plan, corpus):
    folder, taught = corpus
    (folder / "a.jsonl").rename(folder / "A.JSONL")
    planned, sources = plan(corpus_scan={"spikes": 0})
    parameters, manifest = planned_parameters(planned)["corpus-scan"], read_dataset([folder]).manifest
    assert scan_corpus(parameters, sources, [folder], SEED, manifest=manifest).result.contaminated == len(taught)
