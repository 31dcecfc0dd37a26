"""Certificates of every release verify under the trust file of their time."""

from pathlib import Path

import pytest

from certify.evidence.certificate import Certificate
from certify.trust.bundle import statement_of
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer, open_document
from certify.verify.expectations import Expectations
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
