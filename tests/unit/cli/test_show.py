"""What ``certify show`` gives to programs."""

from pathlib import Path

from certify.evidence.base import Value
from certify.evidence.results import RESULT_TYPES

VECTOR = Path(__file__).parents[2] / "vectors" / "certificate-0.1"


def test_every_result_is_there_for_programs_and_nothing_is_called_verified(cli):
    for name in ("certificate.pdf", "certificate.json"):
        said = cli("show", VECTOR / name, "--json")
        assert (said.code, said.document["verified"]) == (0, False)
        results = said.document["results"]
        assert sorted(results) == ["corpus-scan", "fresh-reasoning", "static-benchmark", "static-fresh-gap"]
        for check, document in results.items():
            kind: type[Value] = RESULT_TYPES[check]
            assert kind.from_document(document, by_name=False).document().keys() >= document.keys() - {"looks"}


def test_a_run_shows_the_results_of_its_certificate(cli, workspace):
    runs = cli("--home", workspace, "show", "--json").document["runs"]
    said = cli("--home", workspace, "show", runs[0]["run"], "--json")
    assert said.code == 0, said.err
    results = said.document["results"]
    assert results
    serial = said.document["serial"]
    assert cli("--home", workspace, "show", serial, "--json").document["results"] == results
