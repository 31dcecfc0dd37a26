"""The steward's and the owner's words through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify.evidence import statement as kinds
from certify.evidence.dataset import Dataset, Declaration
from certify.evidence.visibility import Opening, opened
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.keys import generate_signer, save_key
from tests.fakes.chain import write_model

DESCRIPTION = """
licence: CC-BY-4.0
summary: Household sums.
provider: {name: Example Ltd}
sources:
  - {name: pages, kind: crawled, topDomains: [example.org], location: https://intern.example}
personalData: {contains: possible}
"""


@pytest.fixture
def steward(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data, a description and a steward's key."""
    (home / "data").mkdir()
    (home / "data" / "a.jsonl").write_text('{"text": "a"}\n')
    (home / "mine.yaml").write_text(DESCRIPTION)
    save_key(home / "key.pem", generate_signer(), "open sesame please")
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "open sesame please")
    return home


def claim(path: Path) -> Dataset:
    return Dataset.from_document(statement_of(parse_bundle(path.read_bytes())).predicate, by_name=False)


def test_without_out_nothing_is_signed(cli, steward):
    said = cli("data", "describe", "data", "--description", "mine.yaml", "--json")
    assert said.code == 0
    assert said.document["schema"] == "certify/data/v1"
    assert said.document["described"]["licence"] == "CC-BY-4.0"
    assert said.document["written"] == []
    assert sorted(path.name for path in steward.iterdir()) == ["data", "key.pem", "mine.yaml"]
    for option in (("--complete",), ("--key", "key.pem"), ("--restrict", "/licence"), ("--model", "m")):
        assert cli("data", "describe", "data", *option).error == "CERT-E011"


def test_a_statement_is_signed_and_bound_to_data_and_model(cli, steward):
    write_model(steward / "model")
    said = cli("data", "describe", "data", "--description", "mine.yaml", "--complete", "--model", "model",
               "--out", "out.json", "--key", "key.pem", "--manifest", "manifest.json")  # fmt: skip
    assert said.code == 0
    assert "declared, not tested" in said.out
    assert "next: certify data export out.json" in said.out
    statement = statement_of(parse_bundle((steward / "out.json").read_bytes()))
    dataset = claim(steward / "out.json")
    digest = cli("model", "digest", "model", "--json").document["identity"]
    assert [subject.digest.sha256 for subject in statement.subject] == [dataset.dataset.identity, digest]
    assert (dataset.complete, dataset.licence, dataset.sources) == (True, "CC-BY-4.0", ("pages",))
    assert max(map(len, said.out.splitlines())) <= 80


def test_withheld_fields_stay_with_the_steward(cli, steward):
    said = cli("data", "describe", "data", "--description", "mine.yaml", "--out", "out.json", "--key", "key.pem",
               "--restrict", "/description/sources/0/location", "--restrict", "/description/personalData")  # fmt: skip
    assert said.code == 0
    assert b"intern.example" not in (steward / "out.json").read_bytes()
    openings = json.loads((steward / "out.json.openings.json").read_bytes())
    bundle = parse_bundle((steward / "out.json").read_bytes())
    assert openings["statementSha256"] == bundle.payload_sha256
    assert (steward / "out.json.openings.json").stat().st_mode & 0o777 == 0o600
    shown = opened(statement_of(bundle).predicate, [Opening.from_document(one) for one in openings["openings"]])
    assert shown["description"]["sources"][0]["location"] == "https://intern.example"
    told = cli("data", "export", "out.json", "--format", "eu-summary")
    assert "Withheld by the steward" in told.out
    assert "intern.example" not in told.out


@pytest.mark.parametrize("field", ["/description/sources/0/name", "/dataset/name", "/complete", "/nothing", "licence"])
def test_what_a_reader_needs_cannot_be_withheld(cli, steward, field):
    said = cli("data", "describe", "data", "--description", "mine.yaml", "--out", "out.json", "--key", "key.pem",
               "--restrict", field)  # fmt: skip
    assert (said.code, said.error) in ((2, "CERT-E122"), (2, "CERT-E118"))
    assert not (steward / "out.json").exists()
    assert not (steward / "out.json.openings.json").exists()


def test_a_file_by_hand_outweighs_croissant_and_croissant_a_card(cli, steward):
    (steward / "README.md").write_text("---\nlicense: mit\npretty_name: card\nlanguage: en\n---\n")
    croissant = {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "croissant",
                 "license": "Apache-2.0", "version": "3"}  # fmt: skip
    (steward / "c.json").write_text(json.dumps(croissant))
    files = ("--description", "mine.yaml", "--croissant", "c.json", "--card", "README.md")
    said = cli("data", "describe", "data", *files, "--json")
    described = said.document["described"]
    assert (described["licence"], described["name"], described["version"]) == ("CC-BY-4.0", "croissant", "3")
    assert described["languages"] == ["en"]
    assert said.document["name"] == "croissant"
    assert said.err.count("gives another") == 3
    assert cli("data", "describe", "data", *files, "--name", "given", "--json").document["name"] == "given"


def test_a_croissant_document_of_other_files_signs_nothing(cli, steward):
    croissant = {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "x",
                 "distribution": [{"@id": "a.jsonl", "sha256": "0" * 64}]}  # fmt: skip
    (steward / "c.json").write_text(json.dumps(croissant))
    said = cli("data", "describe", "data", "--croissant", "c.json", "--out", "out.json", "--key", "key.pem")
    assert (said.code, said.error) == (1, "CERT-E124")
    assert not (steward / "out.json").exists()


@pytest.mark.parametrize("verb", ["data", "model"])
def test_templates_are_printed(cli, verb):
    said = cli(verb, "describe", "--template")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("# What the ")


def trust_file(cli, steward, *, key: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from certify.trust.note import NoteSigner

    vkey = NoteSigner("log.example", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)).verifier.vkey
    roles = {"data-steward": key}
    for role in ("evaluator", "issuer", "revoker"):
        roles[role] = steward / f"{role}.pub"
        roles[role].write_text(generate_signer().public_pem)
    named = [part for role, file in roles.items() for part in ("--key", f"{role}=Example Ltd {role}={file}")]
    made = cli(
        "trust", "make", "trust.json", "--name", "Us", "--log", vkey, "--expires", "2036-01-01T00:00:00Z", *named
    )
    assert made.code == 0


def test_an_export_names_the_signer_that_the_readers_trust_file_knows(cli, steward):
    from certify.trust.keys import load_key

    (steward / "key.pub").write_text(load_key(steward / "key.pem", "open sesame please").public_pem)
    (steward / "other.pub").write_text(generate_signer().public_pem)
    cli("data", "describe", "data", "--out", "out.json", "--key", "key.pem")
    assert "signer: unknown" in cli("data", "export", "out.json", "--format", "dta").out
    trust_file(cli, steward, key=Path("key.pub"))
    said = cli("data", "export", "out.json", "--format", "eu-summary", "--trust", "trust.json")
    assert "signer: Example Ltd" in said.out
    assert said.err == ""
    trust_file_path = steward / "trust.json"
    trust_file_path.unlink()
    trust_file(cli, steward, key=Path("other.pub"))
    refused = cli("data", "export", "out.json", "--format", "eu-summary", "--trust", "trust.json", "--out", "s.md")
    assert (refused.code, refused.error) == (1, "CERT-E055")
    assert not (steward / "s.md").exists()


@pytest.mark.parametrize("form", ["croissant", "eu-summary", "eu-summary-json", "dta", "dta-csv"])
def test_every_form_goes_to_stdout_a_file_or_json(cli, steward, form):
    cli("data", "describe", "data", "--description", "mine.yaml", "--out", "out.json", "--key", "key.pem")
    shown = cli("data", "export", "out.json", "--format", form)
    assert shown.code == 0
    written = cli("data", "export", "out.json", "--format", form, "--out", "there/x", "--json").document
    assert (written["format"], written["written"], written["document"]) == (form, "there/x", None)
    assert (steward / "there" / "x").read_bytes().decode().replace("\r\n", "\n") == shown.out.replace("\r\n", "\n")


def test_a_manifest_of_other_data_and_another_statement_are_refused(cli, steward):
    cli("data", "describe", "data", "--out", "out.json", "--key", "key.pem", "--manifest", "manifest.json")
    listed = cli("data", "export", "out.json", "--format", "croissant", "--manifest", "manifest.json")
    assert json.loads(listed.out)["distribution"][0]["@id"] == "a.jsonl"
    (steward / "data" / "b.txt").write_text("b")
    cli("data", "describe", "data", "--manifest", "manifest.json")
    refused = cli("data", "export", "out.json", "--format", "croissant", "--manifest", "manifest.json")
    assert (refused.code, refused.error) == (1, "CERT-E058")
    write_model(steward / "model")
    (steward / "declaration.yaml").write_text("owner: A\nintendedUse: x\n")
    cli("model", "describe", "model", "--from", "declaration.yaml", "--out", "declared.json", "--key", "key.pem")
    assert cli("data", "export", "declared.json", "--format", "dta").error == "CERT-E045"
    unbound = cli("data", "export", "out.json", "--format", "eu-summary", "--declaration", "declared.json")
    assert unbound.error == "CERT-E058"
    cli("data", "describe", "data", "--out", "out.json", "--key", "key.pem", "--model", "model")
    assert cli("data", "export", "out.json", "--format", "eu-summary", "--declaration", "declared.json").code == 0


def test_a_declaration_is_signed_for_exactly_these_files(cli, steward):
    write_model(steward / "model")
    (steward / "declaration.yaml").write_text("owner: A\nintendedUse: Sums\nknownRisks: [wrong sums]\n")
    said = cli("model", "describe", "model", "--from", "declaration.yaml", "--out", "out.json", "--key", "key.pem")
    assert said.code == 0
    assert said.out.startswith("Declared by A, not tested.")
    assert "wrong sums" in said.out
    statement = statement_of(parse_bundle((steward / "out.json").read_bytes()))
    assert statement.predicate_type == kinds.DECLARATION
    assert statement.subject[0].digest.sha256 == cli("model", "digest", "model", "--json").document["identity"]
    assert Declaration.from_document(statement.predicate).known_risks == ("wrong sums",)
    (steward / "declaration.yaml").write_text("owner: A\nintendedUse: Sums\nknownRisk: [x]\n")
    wrong = cli("model", "describe", "model", "--from", "declaration.yaml", "--out", "other.json", "--key", "key.pem")
    assert (wrong.code, wrong.error) == (2, "CERT-E057")
    assert not (steward / "other.json").exists()
    assert cli("model", "describe", "model").error == "CERT-E011"


def test_a_description_without_data_is_usage(cli, steward):
    write_model(steward / "model")
    said = cli("run", "model", "--policy", "starter", "--data-description", "mine.yaml")
    assert (said.code, said.error) == (2, "CERT-E011")


def test_a_list_too_long_to_print_stays_out(cli, steward, monkeypatch):
    found = cli("data", "describe", "data", "--json").document
    assert len(found["manifest"]) == found["shards"]
    named = cli("data", "describe", "data", "--name", "Corpus", "--manifest", "list.json", "--json").document
    assert (named["manifestFile"], "manifest" in named, named["name"]) == ("list.json", False, "Corpus")
    monkeypatch.setattr("certify.identify.files.MAX_FILES", 0)
    again = cli("data", "describe", "data", "--json").document
    assert ("manifest" in again, again["identity"]) == (False, found["identity"])
