"""A run that was handed the steward's description of its data."""

from __future__ import annotations

from pathlib import Path

import pytest

from certify.errors import HostileInput, UsageError
from certify.evidence.dataset import Dataset
from certify.pipeline.files import RunFolder
from certify.pipeline.main import continue_run, start_run
from certify.pipeline.request import RunRequest, Stage
from certify.trust.bundle import parse_bundle, statement_of
from tests.fakes.chain import House, Silent, development_house, request_for, scripted
from tests.fakes.scripted_engine import ScriptedEngine

DESCRIPTION = "name: example/sums\nlicence: MIT\nsources: [{name: pages, kind: crawled}]\nlanguages: [en]\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return development_house(tmp_path)


def described(house: House, text: str = DESCRIPTION) -> RunRequest:
    path = house.root / "data.yaml"
    path.write_text(text)
    return request_for(house).model_copy(update={"data_description": path})


def planned(house: House, request: RunRequest) -> RunFolder:
    with scripted(ScriptedEngine()):
        return start_run(house.workspace, request, Silent(), upto=Stage.PLAN)


def test_the_description_is_in_the_signed_statement(house: House) -> None:
    folder = planned(house, described(house))
    statement = statement_of(parse_bundle(folder.file("dataset.bundle.json").read_bytes()))
    dataset = Dataset.from_document(statement.predicate, by_name=False)
    assert dataset.description is not None
    assert (dataset.dataset.name, dataset.licence, dataset.sources) == ("example/sums", "MIT", ("pages",))
    assert dataset.description.languages == ("en",)
    assert len(statement.subject) == 2


def test_the_same_description_continues_a_run_and_another_begins_one(house: House) -> None:
    first = planned(house, described(house))
    assert planned(house, described(house, DESCRIPTION + "# a remark\n")).name == first.name
    assert planned(house, described(house, DESCRIPTION + "version: 2\n")).name != first.name
    assert planned(house, request_for(house)).name != first.name


def test_a_run_goes_on_only_with_the_description_it_began_with(house: House) -> None:
    folder = planned(house, described(house))
    described(house, DESCRIPTION.replace("MIT", "Apache-2.0"))
    with scripted(ScriptedEngine()), pytest.raises(HostileInput) as caught:
        continue_run(house.workspace, folder, Silent(), upto=Stage.CHECK)
    assert caught.value.code == "CERT-E026"


def test_a_wrong_description_stops_a_run_before_anything_is_written(house: House) -> None:
    with pytest.raises(UsageError) as caught:
        planned(house, described(house, "licnce: MIT\n"))
    assert caught.value.code == "CERT-E122"
    assert list(house.workspace.runs()) == []
