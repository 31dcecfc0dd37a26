"""Requests that a machine made out of the service's own description: every answer is one that it describes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from certify.pipeline.clock import now
from tests.fakes import logged_statements as made
from tests.fakes.registry_service import Served, served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""That requests of the right form are taken is not among them: no machine guesses a signature."""


def ask_everything(world: Served, examples: int) -> Counter[int]:
    """How often each status was answered to generated requests, so many for each address in each mode."""
    found: Counter[int] = Counter()
    schema = schemathesis.openapi.from_url(f"{world.url}/api/v1/openapi.json")
    with requests.Session() as session:
        session.trust_env = False
        for operation in schema.get_all_operations():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

                def check(case: Case) -> None:
                    headers = {"Authorization": f"Bearer {world.secrets['all']}"}
                    answer = case.call(session=session, headers=headers, timeout=60)  # a busy machine is no fault
                    found[answer.status_code] += 1
                    case.validate_response(answer, checks=CHECKS)

                strategy = operation.ok().as_strategy(generation_mode=mode)
                limited = settings(
                    max_examples=examples,
                    deadline=None,
                    database=None,
                    derandomize=examples < 100,
                    suppress_health_check=list(HealthCheck),
                    phases=[Phase.explicit, Phase.generate],
                )
                try:
                    limited(given(case=strategy)(check))()
                except Unsatisfiable:
                    assert mode is GenerationMode.NEGATIVE  # an address without parameters cannot be asked wrongly
    return found


def with_content(world: Served) -> None:
    """Log something to find."""
    assert world.post(made.certificate(world.signers["issuer"])).status_code == 201
    for number in range(5):
        assert world.post(made.note(number, world.signers["data-steward"])).status_code == 201


def test_every_answer_is_one_that_is_described(world: Served) -> None:
    with_content(world)
    before = world.registry.size
    found = ask_everything(world, 2)
    assert sum(found.values()) > 30
    assert not [status for status in found if status >= 500]
    assert world.registry.size == before


@pytest.mark.slow  # makes some thousand requests, each thought out by a machine
def test_thousands_of_answers_are_ones_that_are_described(alone: Path, many: dict[str, float]) -> None:
    with served(alone, limits=many) as world:
        with_content(world)
        before = world.registry.size
        found = ask_everything(world, 150)
        print(sum(found.values()), dict(found))
        assert sum(found.values()) > 2_000
        assert not [status for status in found if status >= 500]
        assert world.registry.size == before
        assert world.registry.fsck(now()) == ()
