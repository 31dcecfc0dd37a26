"""Certificates of every release verify under the trust file of their time."""

from pathlib import Path

import pytest

from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import Certificate
from certify.trust.bundle import statement_of
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer, claimed_certificate, open_document
from certify.verify.expectations import Expectations
from certify.verify.pdf_archive import take_apart
from certify.verify.verify import verify_certificate

RELEASES = sorted(Path(__file__).parent.glob("certificate-*"))


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.mark.parametrize("name", ["certificate.json", "certificate.pdf"])
def test_it_is_valid_as_of_its_time(name: str, release: Path) -> None:
    data = (release / name).read_bytes()
    certificate = Certificate.from_document(statement_of(open_document(data).certificate).predicate)
    answer = RegistryAnswer.from_bytes((release / "certificate.status.json").read_bytes())
    found = verify_certificate(
        data,
        trust=TrustFile.load(release / "trust.json"),
        expectations=Expectations(at=certificate.valid_from),
        answer=answer,
    )
    assert found.verdict == "valid", [line for line in found.checks if line.result == "fail"]
    assert found.level == 1
    assert not any(line.result == "fail" for line in found.checks)


def test_there_is_a_release() -> None:
    assert RELEASES


@pytest.mark.parametrize("folder", sorted(Path(__file__).parent.glob("archived-*")), ids=lambda folder: folder.name)
def test_an_archived_copy_is_built_again_byte_for_byte(folder: Path) -> None:
    data = (folder / "certificate.archive.pdf").read_bytes()
    issued = folder.with_name(folder.name.replace("archived", "certificate"))
    original, rounds = take_apart(data)
    assert original == (issued / "certificate.pdf").read_bytes()
    assert [len(one.material.lists) for one in rounds] == [0, 1]
    trust = TrustFile.load(issued / "trust.json").document()
    root = {"pem": (folder / "authority.pem").read_text(), "party": "Zeitstelle Nord"}
    certificate = claimed_certificate(data)
    found = verify_certificate(
        data,
        trust=TrustFile.parse(canonical_bytes({**trust, "timestampRoots": [root]})),
        expectations=Expectations(at=certificate.valid_from),
        answer=RegistryAnswer.from_bytes((issued / "certificate.status.json").read_bytes()),
    )
    lines = {line.id: line for line in found.checks}
    assert found.verdict == "valid", [line for line in found.checks if line.result == "fail"]
    assert (lines["archive"].result, lines["whole-file"].result) == ("pass", "pass")
    assert "2 rounds of preservation" in lines["archive"].detail
