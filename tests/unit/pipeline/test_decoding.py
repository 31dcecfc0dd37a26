"""One run decodes in one way, named by its checks or by the command line."""

from __future__ import annotations

import pytest

from certify.check import planned_checks
from certify.decide.form import CheckRequest
from certify.errors import CertifyError, UsageError
from certify.evidence.model import GREEDY
from certify.evidence.parameters import StaticBenchmarkParameters
from certify.evidence.parameters.decoding import PRESETS
from certify.pipeline.decoding import sampling_of

NAME = "VibeThinker-style"


def asked(*names: str | None) -> list[CheckRequest]:
    given = [{"benchmark": "starter-200"} | ({"decoding": name} if name else {}) for name in names]
    return [CheckRequest.model_validate({"id": f"static-benchmark:b{n}", "with": w}) for n, w in enumerate(given)]


def test_a_preset_fills_in_what_is_left_out() -> None:
    full = StaticBenchmarkParameters.model_validate({"benchmark": "x", "decoding": NAME})
    assert (full.samples, full.max_tokens) == (64, 40_960)
    part = StaticBenchmarkParameters.model_validate(
        {"benchmark": "x", "decoding": NAME, "samples": 8, "max_tokens": 64}
    )
    assert (part.samples, part.max_tokens) == (8, 64)
    assert StaticBenchmarkParameters.model_validate(full.document()) == full


def test_what_a_policy_does_not_name_stays_as_it_was() -> None:
    plain = StaticBenchmarkParameters.model_validate({"benchmark": "x"})
    assert plain.document() == {"benchmark": "x", "samples": 1, "maxTokens": 1024}


@pytest.mark.parametrize(
    ("checks", "named", "expected"),
    [
        ((None, None), None, None),
        ((NAME, None), None, PRESETS[NAME].sampling),
        ((NAME, NAME), NAME, PRESETS[NAME].sampling),
        ((None,), NAME, PRESETS[NAME].sampling),
        ((None,), "greedy", GREEDY),
    ],
)
def test_the_sampling_follows_from_the_names(checks, named, expected) -> None:
    assert sampling_of(asked(*checks), named) == expected


@pytest.mark.parametrize(
    ("checks", "named", "code"),
    [((NAME, "greedy"), None, "CERT-E102"), ((NAME,), "greedy", "CERT-E102"), ((None,), "hot", "CERT-E011")],
)
def test_two_ways_or_an_unknown_one_are_refused(checks, named, code) -> None:
    with pytest.raises(UsageError) as caught:
        sampling_of(asked(*checks), named)
    assert caught.value.code == code


def test_a_check_cannot_name_what_nobody_knows() -> None:
    with pytest.raises(CertifyError, match="no decoding is called"):
        planned_checks(asked("hot"))
