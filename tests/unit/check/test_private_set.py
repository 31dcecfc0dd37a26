"""An operator's own problems: fixed by digest, asked, scored, and never quoted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.evidence.results import PrivateSetResult
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines
from certify.verify.words.languages import language_words, languages_tested
from tests.unit.verify.test_first_page import SEEN

SEED = bytes(32)
SECRET = "Patientin Muster"
ID = "private-set:ward"
ASKED = {"name": "ward-letters", "languages": ["de", "en"], "samples": 2, "max_tokens": 64}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [
        {"id": f"{SECRET} {n}", "question": f"{SECRET}: Dosis {n} mg, doppelt?", "answer": 2 * n} for n in range(12)
    ]
    (tmp_path / "ward-letters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setenv("CERTIFY_PRIVATE_SETS", str(tmp_path))
    return tmp_path


def requests(**changes: object) -> list[CheckRequest]:
    fresh = {"id": "fresh-reasoning", "with": {"families": ["addition", "counting"], "items": 12}}
    asked = {"id": ID, "with": {**ASKED, **changes}}
    return [CheckRequest.model_validate(asked), CheckRequest.model_validate(fresh)]


def test_the_plan_holds_the_digest_and_nothing_of_the_file(folder: Path) -> None:
    planned = planned_checks(requests())
    document = json.dumps([one.document() for one in planned])
    assert SECRET not in document
    assert str(folder) not in document
    assert planned[0].parameters["sha256"]
    assert (planned[0].items, planned[0].samples) == (12, 2)


def test_result_and_page_say_the_score_the_languages_and_no_problem(folder: Path, answer_all) -> None:
    planned = planned_checks(requests())
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    own = [question for question in questions if question.check == ID]
    assert all(SECRET not in question.item + question.group for question in own)
    completions = answer_all(questions, samples_of(planned), lambda question, repeat: repeat == 0)
    records = judge(questions, completions, None, samples=samples_of(planned))
    scored = score_all(planned, questions, records, sources)
    result = scored.results[ID]
    assert isinstance(result, PrivateSetResult)
    assert (result.name, result.languages, result.accuracy.items) == ("ward-letters", ("de", "en"), 12)
    [headline] = headlines({ID: result})
    assert headline.name.endswith("(ward)")
    assert "tested in German, English" in headline.detail
    assert languages_tested(scored.results) == "English, German"
    told = caveats(scored.results, **SEEN)
    assert any("operator’s word" in one for one in told)
    assert SECRET not in json.dumps([result.document(), headline.document(), *told])


def test_fresh_problems_do_not_depend_on_what_only_the_operator_has(folder: Path) -> None:
    planned = planned_checks(requests())
    assert planned_sources(planned).published == frozenset()


def test_a_set_that_changed_or_is_away_is_refused_without_a_quotation(folder: Path, monkeypatch) -> None:
    planned = planned_checks(requests())
    file = folder / "ward-letters.jsonl"
    file.write_text(file.read_text() + "\n")
    with pytest.raises(CertifyError) as caught:
        planned_sources(planned)
    assert caught.value.code == "CERT-E101"
    file.write_text(json.dumps({"question": SECRET, "answer": ""}) + "\n")
    with pytest.raises(CertifyError) as broken:
        planned_checks(requests())
    assert SECRET not in f"{broken.value.what} {broken.value.why} {broken.value.hint}"
    file.unlink()
    with pytest.raises(CertifyError) as absent:
        planned_checks(requests())
    assert absent.value.code == "CERT-E476"
    monkeypatch.delenv("CERTIFY_PRIVATE_SETS")
    with pytest.raises(CertifyError) as unset:
        planned_checks(requests())
    assert unset.value.code == "CERT-E476"


def test_a_doubled_id_is_not_quoted(folder: Path) -> None:
    row = json.dumps({"id": SECRET, "question": "a?", "answer": 1}) + "\n"
    (folder / "ward-letters.jsonl").write_text(row * 2)
    with pytest.raises(CertifyError) as caught:
        planned_checks(requests())
    assert SECRET not in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


@pytest.mark.parametrize(
    "changes", [{"name": "../ward"}, {"name": "Ward"}, {"languages": []}, {"languages": ["deutsch!"]}, {"items": 9}]
)
def test_names_and_languages_have_a_form(folder: Path, changes: dict[str, object]) -> None:
    with pytest.raises(CertifyError):
        planned_checks(requests(**changes))


def test_languages_in_words() -> None:
    assert language_words(("de", "en", "de", "gsw", "pt-BR")) == "German, English, gsw, pt-BR"
