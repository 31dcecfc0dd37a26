import json

import pytest

from certify.check import all_questions, scan_corpus, score_all
from certify.check.rounds import planned_parameters
from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import sha256_hex
from certify.identify import read_dataset

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


def test_a_shard_that_the_scan_cannot_read_does_not_pass_as_examined(plan, corpus):
    folder, _ = corpus
    (folder / "rest.csv").write_text("text\nall the benchmark items could be here\n")
    planned, sources = plan(corpus_scan={"spikes": 0})
    manifest = read_dataset([folder]).manifest
    with pytest.raises(UsageError) as caught:
        scan_corpus(planned_parameters(planned)["corpus-scan"], sources, [folder], SEED, manifest=manifest)
    assert caught.value.code == "CERT-E031"
    assert "rest.csv" in caught.value.what


def test_the_ending_of_a_shard_may_be_in_capitals(plan, corpus):
    folder, taught = corpus
    (folder / "a.jsonl").rename(folder / "A.JSONL")
    planned, sources = plan(corpus_scan={"spikes": 0})
    parameters, manifest = planned_parameters(planned)["corpus-scan"], read_dataset([folder]).manifest
    assert scan_corpus(parameters, sources, [folder], SEED, manifest=manifest).result.contaminated == len(taught)
