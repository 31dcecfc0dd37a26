"""The scripts that check dropped files, run in Node.js: what they accept, and that no flipped bit gets past them."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from certify.evidence.canonical import canonical_bytes, parse_json
from certify.resources import room
from certify.trust.bundle import parse_bundle
from certify.trust.log_entry import entry_of
from certify.trust.status import Standing, StandingOf
from certify_registry.pages.browser_data import browser_data
from certify_registry.pages.links import ServerLinks
from certify_registry.pages.scripts import joined_scripts
from certify_registry.pages.settings import PagesSettings
from certify_registry.pages.views import Views
from certify_registry.pages.wording import status_of
from certify_registry.store.finding import Question
from tests.conformance.peers import node
from tests.fakes.chain import level_one, waived_and_approved
from tests.unit.registry.pages.conftest import Site


def run_scripts(site: Site, folder: Path, files: dict[str, bytes], *, flips: int, stride: int = 1) -> dict[str, Any]:
    """What the scripts say of ``files``, and how many of the flipped bits they let pass."""
    rows = [one.row for one in site.registry.find(Question(), now=site.catalogue.now)]
    document = parse_json(files["bundle"])
    chance = random.Random(7)
    pdf = files.get("pdf", b"")
    given = {
        "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
        "data": browser_data(site.catalogue, rows, complete=True),
        "now": site.catalogue.now,
        "stride": stride,
        "leaf": entry_of(parse_bundle(document["certificate"])).to_bytes().decode(),
        "flips": {
            "bundle": [chance.randrange(len(files["bundle"]) * 8) for _ in range(flips)],
            "pdf": [chance.randrange(len(pdf) * 8) for _ in range(flips if pdf else 0)],
        },
    }
    (folder / "input.json").write_text(json.dumps(given))
    script = Path(__file__).with_name("scripts.mjs")
    modules = str(room("templates") / "registry" / "js")
    done = subprocess.run(
        [*node(), "--no-warnings", str(script), modules, str(folder / "input.json")],
        check=False,
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def edited(bundle: bytes, **changes: Any) -> bytes:
    """A bundle with fields replaced, in canonical form again."""
    return canonical_bytes({**parse_json(bundle), **changes})


@pytest.fixture(scope="session")
def told(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the scripts say of a good bundle, of others that are not, and of flipped bits."""
    good, other = site.world.issued["active"].bundle, parse_json(site.world.issued["revoked"].bundle)
    mine = parse_json(good)
    named = next(iter(mine["statements"]))
    pdf = site.world.issued["active"].pdf
    other_file = b"9 0 obj\n<</Type /EmbeddedFile/Filter /FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n"
    packed = zlib.compress(b'{"another": "attachment"}')
    foreign = {**mine["certificate"]["verificationMaterial"], "note": "nobody signed this"}
    files = {
        "bundle": good,
        "spaced": good.replace(b'{"certificate"', b'{ "certificate"', 1),
        "twice": good.replace(b'{"certificate"', b'{"schema":"x","certificate"', 1),
        "policy": edited(good, policy={**mine["policy"], "id": "another"}),
        "swapped": edited(good, certificate=other["certificate"]),
        "proof": edited(good, certificateProof=other["certificateProof"]),
        "fewer": edited(good, statements={k: v for k, v in mine["statements"].items() if k != named}),
        "moved": edited(good, statements={**mine["statements"], named: next(iter(other["statements"].values()))}),
        "unknown-field": edited(good, note="nobody signed this"),
        "material": edited(good, certificate={**mine["certificate"], "verificationMaterial": foreign}),
        "not-json": b"{",
        "not-utf8": b"{\xff}",
        "list": b"[]",
        "empty": b"",
        "deep": b"[" * 100_000,
        "pdf-added": pdf + b"junk",
        "pdf-archived": pdf + b"7 0 obj\n<</Type /DocTimeStamp>>\nendobj\n%%EOF\n",
        "pdf-twice": pdf + pdf,
        "pdf-more-attachments": pdf.replace(b"%%EOF", other_file % (len(packed), packed) + b"%%EOF"),
        "pdf-cut": pdf[:-3000],
        "pdf-good": pdf,
        "foreign-pdf": b"%PDF-1.7\nhello",
        **{f"is-{name}": one.bundle for name, one in site.world.issued.items()},
    }
    return run_scripts(site, tmp_path_factory.mktemp("scripts"), files, flips=100, stride=5)


def test_bundles_are_told_as_their_certificates_stand(told: dict[str, Any]) -> None:
    verdicts = {name.removeprefix("is-"): one["verdict"] for name, one in told["outcomes"].items() if name[:3] == "is-"}
    assert verdicts == {
        "superseded": "superseded",
        "active": "valid",
        "revoked": "revoked",
        "suspended": "suspended",
        "expired": "expired",
        "hostile": "suspended",
        "right-to-left": "valid",
        "reinstated": "valid",
    }


@pytest.mark.parametrize(
    ("name", "failing"),
    [
        ("spaced", "file"),
        ("twice", "file"),
        ("policy", "policy"),
        ("swapped", "log"),
        ("proof", "log"),
        ("fewer", "evidence"),
        ("moved", "evidence"),
        ("unknown-field", "file"),
        ("material", "file"),
        ("not-json", "file"),
        ("not-utf8", "file"),
        ("list", "file"),
        ("empty", "file"),
        ("deep", "file"),
        ("foreign-pdf", "file"),
        ("pdf-added", "whole-file"),
        ("pdf-twice", "file"),
        ("pdf-more-attachments", "whole-file"),
        ("pdf-cut", "file"),
    ],
)
def test_what_is_no_untouched_bundle_is_invalid_for_its_own_reason(
    told: dict[str, Any], name: str, failing: str
) -> None:
    outcome = told["outcomes"][name]
    assert outcome["verdict"] == "invalid"
    assert failing in {check["id"] for check in outcome["checks"] if check["result"] == "fail"}


def test_no_flipped_bit_gets_past_a_proof_a_signature_or_a_bundle(told: dict[str, Any]) -> None:
    mutations = told["mutations"]
    assert {name: one["wrong"] for name, one in mutations.items()} == dict.fromkeys(mutations, 0)
    assert mutations["ed25519"]["tried"] == 103, "every fifth bit; the slow test below flips each"
    assert mutations["proof"]["tried"] > 400
    assert mutations["bundle"]["tried"] == 100


def test_the_evidence_is_proven_to_be_in_the_log(told: dict[str, Any]) -> None:
    [evidence] = [check for check in told["outcomes"]["bundle"]["checks"] if check["id"] == "evidence"]
    assert evidence["detail"] == "5 statements, each by the key that the certificate names; 3 proven to be in the log"


def test_what_cannot_be_told_is_not_called_valid(told: dict[str, Any]) -> None:
    assert told["stale"] == "stale", "the page was loaded more than a day ago"
    assert told["outcomes"]["pdf-good"]["verdict"] == "valid"
    assert told["outcomes"]["pdf-archived"]["verdict"] == "incomplete", "what was added is for certify verify to judge"
    assert told["unknown"]["verdict"] == told["keyless"]["verdict"] == "incomplete"
    skipped = {check["id"] for check in told["keyless"]["checks"] if check["result"] == "skip"}
    assert {"signature", "evidence"} <= skipped


def test_standing_is_folded_as_the_log_orders_it(told: dict[str, Any]) -> None:
    expected = ["valid", "suspended", "valid", "revoked", "revoked", "superseded", "superseded"]
    expected += ["suspended", "suspended", "revoked", "suspended"]  # one voice of two, one twice, both, two statements
    expected += ["suspended", "valid", "suspended", "suspended"]
    assert told["folds"] == expected
    assert told["leaf"], "the record of a statement is the one that the log hashes"


def test_validity_ends_at_the_second_that_the_certificate_names(told: dict[str, Any]) -> None:
    first, end = "2026-11-23T17:00:00Z", "2027-05-22T17:00:00Z"
    times = ("2026-11-23T16:59:59Z", first, "2027-05-22T16:59:59Z", end)
    expected = ["not_yet_valid", "valid", "valid", "expired"]
    assert told["dates"] == expected
    assert [status_of(StandingOf(Standing.VALID), first, end, at).key for at in times] == expected


def test_the_joined_scripts_are_one_whole_program(tmp_path: Path) -> None:
    (tmp_path / "pages.js").write_text(joined_scripts())
    done = subprocess.run([*node(), "--check", str(tmp_path / "pages.js")], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "import " not in joined_scripts().replace("crypto.subtle.importKey", "")


@pytest.mark.slow  # four thousand whole verifications and some thousands of smaller ones
def test_no_bit_at_all_gets_past_and_none_of_a_pdf(drawn: Site, tmp_path: Path) -> None:
    issued = drawn.world.issued["active"]
    found = run_scripts(drawn, tmp_path, {"bundle": issued.bundle, "pdf": issued.pdf}, flips=2000)
    assert found["outcomes"]["pdf"]["verdict"] == "valid"
    assert found["mutations"]["ed25519"]["tried"] == 64 * 8
    assert found["mutations"]["proof"]["tried"] > 2000
    assert {name: one["wrong"] for name, one in found["mutations"].items()} == dict.fromkeys(found["mutations"], 0)


@pytest.mark.slow  # two whole runs of the main job
def test_certificates_of_the_main_job_hold_in_a_browser(tmp_path: Path) -> None:
    for chain in (level_one(), waived_and_approved()):
        workspace, at = chain.house.workspace, chain.at
        with workspace.reading() as registry:
            settings = PagesSettings(certificates=workspace.certificates, clock=lambda at=at: at)  # type: ignore[misc]
            site = Site(chain.house, registry, settings)  # type: ignore[arg-type]
            files = {"bundle": chain.bundle, "pdf": chain.pdf}
            found = run_scripts(site, tmp_path, files, flips=10, stride=40)
            page = Views(site.catalogue, ServerLinks()).certificate(chain.certificate.serial)
        assert found["outcomes"]["bundle"]["verdict"] == "valid", found["outcomes"]["bundle"]
        assert {one["wrong"] for one in found["mutations"].values()} == {0}
        assert "Active" in page
        drawn = chain.pdf.startswith(b"%PDF-1.7\n")
        assert found["outcomes"]["pdf"]["verdict"] == ("valid" if drawn else "invalid")
