"""``certify scan`` as a data engineer meets it."""

import json
import random
import sys
from pathlib import Path

import pytest

from certify.export import scan_page
from certify.pipeline import scanning
from tests.fakes.scan_sample import QUESTION, sample

OTHER = (
    "A train of nine wagons leaves the harbour at noon and carries forty tons of grain to the mill. How much is left?"
)
WORDS = ("stone", "river", "lamp", "cloud", "tiger", "piano", "garden", "bridge", "mango", "kite", "zebra", "apple")


def lines(path: str, rows: list[object]) -> str:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def filler(count: int = 120) -> list[str]:
    draw = random.Random(4)
    return [" ".join(f"{draw.choice(WORDS)}{draw.randint(1, 400)}" for _ in range(60)) for _ in range(count)]


@pytest.fixture
def corpus(home) -> str:
    """Text without any benchmark item."""
    return lines("corpus.jsonl", [{"text": text} for text in filler()])


@pytest.fixture
def leaked(home) -> str:
    """The same, with two copies of one item."""
    copies = [f"{text} {QUESTION} It is 108 in all." for text in filler(2)]
    return lines("leaked.jsonl", [{"text": text} for text in [*filler(), *copies]])


@pytest.fixture
def benchmark(home) -> str:
    return lines("eggs.jsonl", [{"id": "e1", "question": QUESTION, "answer": "108"}, {"id": "e2", "question": OTHER}])


def test_nothing_found_is_yes(cli, corpus, benchmark):
    said = cli("scan", "--data", corpus, "--benchmark", benchmark, "--spikes", 40)
    assert said.code == 0
    assert said.out.startswith("Nothing found: none of 2 benchmark items in 120 documents\n")
    assert said.out.endswith("next: certify run MODEL --policy starter --data corpus.jsonl\n")


def test_a_copy_is_no(cli, leaked, benchmark):
    said = cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 40)
    assert said.code == 1
    assert said.out.startswith("Found: 1 of 2 benchmark items in the training data\n")
    assert "item e1: full, answer too, in leaked.jsonl, document 120," in said.out
    assert "1 more copy" in " ".join(said.out.split())


def test_the_json_document_is_the_contract(cli, leaked, benchmark):
    said = cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 40, "--json")
    found = said.document
    assert (said.code, found["schema"], found["verdict"], found["incomplete"]) == (
        1,
        "certify/scan/v1",
        "contaminated",
        [],
    )
    (one,) = found["benchmarks"]
    assert (one["id"], one["items"], one["contaminated"], one["tooShort"]) == ("eggs", 2, 1, [])
    assert {"answerOnly", "twins", "commonPassages", "lookalikes", "rules"} <= set(one)
    assert one["rules"]["gpt3-13gram"] == {"judged": 2, "flagged": 1}
    (finding,) = one["findings"]
    assert (finding["item"], finding["coverage"], finding["answerFound"]) == ("e1", "full", True)
    span = finding["spans"][0]
    text = json.loads(Path(leaked).read_text().splitlines()[span["document"]])["text"].encode()
    assert (span["shard"], span["document"]) == ("leaked.jsonl", 120)
    assert text[span["start"] : span["end"]].decode() == QUESTION.rstrip("?")
    assert found["coverage"]["share"] == 1.0
    assert (found["coverage"]["shards"], found["coverage"]["documents"]) == (1, 122)
    assert found["coverage"]["unscanned"] == found["coverage"]["skipped"] == []
    assert found["selftest"]["eggs"]["verbatim"]["found"] == 40


@pytest.mark.parametrize(
    ("spikes", "question", "reason"),
    [(0, OTHER, "was not tested"), (40, "Too short?", "could not be tested")],
)
def test_an_untested_search_that_finds_nothing_is_incomplete(cli, corpus, spikes, question, reason):
    lines("one.jsonl", [{"question": question}])
    said = cli("scan", "--data", corpus, "--benchmark", "one.jsonl", "--spikes", spikes)
    assert said.code == 3
    assert said.out.startswith("Incomplete: none of 1 benchmark item found, but not everything was looked at\n")
    assert reason in said.out


def test_an_untested_search_that_finds_a_copy_has_still_found_it(cli, leaked, benchmark):
    assert cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 0).code == 1


def test_several_benchmarks_are_reported_in_the_order_named(cli, leaked, benchmark):
    lines("more/eggs.jsonl", [{"question": OTHER}])
    said = cli("scan", "--data", leaked, "--benchmark", "trains=more/eggs.jsonl", "--benchmark", benchmark, "--json")
    assert [(one["id"], one["contaminated"]) for one in said.document["benchmarks"]] == [("trains", 0), ("eggs", 1)]
    assert said.document["remarks"] == ["1 item of trains stands in eggs too, so that a copy counts in each: 0"]


def test_items_twice_without_words_or_of_one_word_are_told(cli, leaked):
    rows = [
        {"id": "a", "question": QUESTION}, {"id": "b", "question": QUESTION.upper()},
        {"id": "c", "question": ""}, {"id": "d", "question": "Why?"},
    ]  # fmt: skip
    lines("odd.jsonl", rows)
    said = cli("scan", "--data", leaked, "--benchmark", "odd.jsonl", "--spikes", 20)
    words = " ".join(said.out.split())
    assert said.code == 1
    assert "Found: 2 of 4 benchmark items" in words
    assert "odd: 1 item without a word: c" in words
    assert "odd: items with the same words, so that a copy counts for each: a, b" in words
    assert "odd: 2 items too short to tell a copy from chance: c, d" in words


@pytest.mark.parametrize(
    ("options", "code", "error"),
    [
        (["--benchmark", "eggs.jsonl", "--benchmark", "eggs.jsonl"], 2, "CERT-E480"),
        (["--benchmark", "starter-200=eggs.jsonl"], 2, "CERT-E481"),
        (["--benchmark", "eggs.jsonl", "--ray", "no:address"], 2, "CERT-E471"),
        (["--benchmark", "eggs.jsonl", "--ray", "head.example:6379"], 2, "CERT-E470"),
        (["--benchmark", "eggs.jsonl", "--semantic", "model"], 2, "CERT-E020"),
        (["--benchmark", "eggs.jsonl", "--judge", "model"], 2, "CERT-E011"),
        (["--benchmark", "eggs.jsonl", "--results", "eggs.jsonl"], 2, "CERT-E483"),
        (["--benchmark", "eggs.jsonl", "--benchmark", "x=eggs.jsonl", "--results", "r.jsonl"], 2, "CERT-E484"),
        (["--benchmark", "x=nowhere.jsonl"], 2, "CERT-E100"),
        (["--benchmark", "twice.jsonl"], 2, "CERT-E037"),
    ],
)
def test_what_cannot_be_done_is_said_before_the_scan(cli, corpus, benchmark, monkeypatch, options, code, error):
    lines("twice.jsonl", [{"id": "a", "question": OTHER}, {"id": "a", "question": QUESTION}])
    monkeypatch.setattr(scanning, "_scan", lambda *_: pytest.fail("it scanned"))
    said = cli("scan", "--data", corpus, *options)
    assert (said.code, said.error) == (code, error), said.err
    assert said.out == ""


def test_a_pattern_is_spelled_out(cli, home, benchmark):
    for number in range(2):
        lines(f"parts/{number}.jsonl", [{"text": text} for text in filler(20)])
    lines("parts/leave.json", [])
    said = cli("scan", "--data", "parts/*.jsonl", "--benchmark", benchmark, "--spikes", 20, "--json")
    assert said.document["coverage"]["shards"] == 2


def test_giving_up_says_how_to_go_on(cli, corpus, benchmark, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(scanning, "_scan", interrupt)
    said = cli("scan", "--data", corpus, "--benchmark", benchmark, "--resume", "noted")
    assert (said.code, said.out) == (130, "")
    assert "finished files are noted in noted. Give the same command again to go on." in said.err


def test_the_ledger_is_in_the_users_cache_unless_named(home, monkeypatch):
    monkeypatch.setenv("CERTIFY_CACHE", "cache")
    assert scanning.ScanRequest(("data",)).resumes_from == Path("cache/scans")
    assert scanning.ScanRequest(("data",), ledger=Path("here")).resumes_from == Path("here")


def test_the_score_without_the_items_found(cli, leaked, benchmark):
    lines("results.jsonl", [{"item": "e1", "correct": True}, {"item": "e2", "score": 0.5}])
    said = cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 20, "--results", "results.jsonl")
    words = " ".join(said.out.split())
    assert "looked for and not found 1 0.5000 question found 0 – question and answer found 1 1.0000" in words
    assert "0.5000 on the 1 not found against 0.7500 on all 2 looked for: -0.2500, no interval" in words
    found = cli(
        "scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 20, "--results", "eggs=results.jsonl", "--json"
    ).document["benchmarks"][0]["results"]
    assert (found["score"], found["cleanScore"], found["difference"], found["interval"]) == (0.75, 0.5, -0.25, None)
    assert (found["questionAndAnswerFound"], found["missing"]) == ({"items": 1, "score": 1.0}, 0)


def test_the_page_shows_copies_beside_their_items(cli, leaked, benchmark):
    said = cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 20, "--html", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert said.code == 1
    assert "look at page.html" in said.out
    assert page.count(f"<mark>{QUESTION.rstrip('?')}</mark>") == 2
    assert "leaked.jsonl, document 120, bytes" in page


def test_the_page_says_when_the_data_is_no_longer_what_was_scanned(cli, leaked, benchmark, monkeypatch):
    search = scanning._scan

    def then_change(*arguments):
        reports = search(*arguments)
        Path(leaked).write_text(Path(leaked).read_text().replace("twelve", "eleven"))
        return reports

    monkeypatch.setattr(scanning, "_scan", then_change)
    cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 20, "--html", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert "The data has changed since it was scanned" in page
    assert "eleven" not in page


def test_data_that_has_gone_is_told_on_the_page(cli, leaked, benchmark, monkeypatch):
    search = scanning._scan

    def then_remove(*arguments):
        reports = search(*arguments)
        Path(leaked).unlink()
        return reports

    monkeypatch.setattr(scanning, "_scan", then_remove)
    assert cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 20, "--html", "page.html").code == 1
    assert "The data has changed since it was scanned" in Path("page.html").read_text(encoding="utf-8")


def test_a_page_that_cannot_be_made_is_said_before_the_scan(cli, corpus, benchmark, monkeypatch):
    monkeypatch.setattr(scanning, "_scan", lambda *_: pytest.fail("it scanned"))
    monkeypatch.setitem(sys.modules, "jinja2", None)
    scan_page._environment.cache_clear()
    said = cli("scan", "--data", corpus, "--benchmark", benchmark, "--html", "page.html")
    assert (said.code, said.error) == (2, "CERT-E010")
    assert not Path("page.html").exists()


def test_without_the_page_nothing_of_the_text_is_printed(cli, leaked, benchmark):
    for option in ([], ["--json"]):
        said = cli("scan", "--data", leaked, "--benchmark", benchmark, "--spikes", 20, *option)
        assert "brown eggs" not in said.out + said.err


def test_an_address_is_not_repeated_because_it_may_grant_access(cli, benchmark, monkeypatch):
    clean = {"contaminated": 0, "findings": (), "unscanned": (), "coverage": 1.0}
    monkeypatch.setattr(scanning, "_scan", lambda *_: [sample()[0].model_copy(update=clean)])
    said = cli("scan", "--data", "https://store/corpus?signature=secret", "--benchmark", benchmark)
    assert said.out.endswith("next: certify run MODEL --policy starter --data DATA\n")
    assert "secret" not in said.out + said.err


def test_names_that_drive_a_terminal_are_made_harmless(cli, corpus):
    lines("evil.jsonl", [{"id": "\x1b[31m", "question": ""}, {"id": "x", "question": OTHER}])
    said = cli("scan", "--data", corpus, "--benchmark", "evil.jsonl", "--spikes", 20)
    assert "\ufffd[31m" in said.out


def test_every_part_of_an_answer_stands_on_eighty_columns(cli, corpus, benchmark, monkeypatch):
    report = sample()[0]
    many = [report.model_copy(update={"benchmark": f"benchmark-number-{n}-{'x' * n * 9}"}) for n in range(5)]
    monkeypatch.setattr(scanning, "_scan", lambda *_: many)
    names = [option for n in range(5) for option in ("--benchmark", f"benchmark-number-{n}-{'x' * n * 9}={benchmark}")]
    said = cli("scan", "--data", corpus, *names)
    assert [line for line in said.out.splitlines() if len(line) > 80] == []
    assert all(said.out.count(one.benchmark) >= 4 for one in many)
