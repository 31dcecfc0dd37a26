from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.verify.document import RegistryAnswer
from certify.verify.expectations import Expectations
from certify.verify.result import CheckLine
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, level_one, level_one_of_another_model, level_zero


@pytest.fixture(scope="session")
def chain() -> Chain:
    return level_one()


@pytest.fixture(scope="session")
def other() -> Chain:
    return level_one_of_another_model()


@pytest.fixture(scope="session")
def development() -> Chain:
    return level_zero()


@pytest.fixture(scope="session")
def judge(chain: Chain) -> Callable[..., Verification]:
    """Judges a document under the chain's trust file at a moment of its validity."""

    def verification(
        data: bytes, answer: RegistryAnswer | None = None, *, asked_at: str | None = None, **expected: Any
    ) -> Verification:
        expectations = Expectations(**{"at": chain.at, **expected})
        return verify_certificate(data, trust=chain.trust, expectations=expectations, answer=answer, asked_at=asked_at)

    return verification


@pytest.fixture(scope="session")
def failed() -> Callable[[Verification], list[CheckLine]]:
    return lambda found: [line for line in found.checks if line.result == "fail"]
