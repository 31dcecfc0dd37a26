"""Runs whose answers come from a server: what a request may name, and one run in earnest over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("transformers", reason="transformers is not installed")

from certify.engines.serving import Command
from certify.errors import UsageError
from certify.evidence.evaluation import Evaluation
from certify.evidence.model import ServedIdentity
from certify.pipeline.main import findings_of, run_model
from certify.pipeline.reporter import Silent
from certify.pipeline.request import RunRequest
from certify.pipeline.serving import key_of, require_consistent, server_of
from certify.trust.bundle import parse_bundle, statement_of
from tests.fakes.chain import House, request_for
from tests.fakes.openai_server import World, answering

HONEST = Path(__file__).parents[3] / "certify" / "demo" / "models" / "honest"
LOCAL = "http://127.0.0.1:8000/v1"
SERVE = "python3 {model} {port}"


def asked(**changes: object) -> RunRequest:
    return RunRequest.model_validate({"model": Path("m"), "policy": "starter", **changes}, by_name=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"engine": "hf", "endpoint": LOCAL},
        {"engine": "vllm", "serve": SERVE},
        {"engine": "hf", "api_key_env": "KEY"},
        {"engine": "openai"},
        {"engine": "openai", "endpoint": LOCAL, "serve": SERVE},
        {"engine": "llamacpp", "endpoint": LOCAL},
        {"engine": "openai", "serve": SERVE, "api_key_env": "KEY"},
        {"engine": "openai", "endpoint": "http://example.org/v1", "api_key_env": "KEY"},
        {"engine": "openai", "endpoint": LOCAL, "api_key_env": "NOT_SET"},
        {"engine": "openai", "endpoint": LOCAL, "api_key_env": "BROKEN"},
    ],
)
def test_an_engine_and_a_server_that_do_not_fit_are_refused(
    changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "sesame-4711")
    monkeypatch.setenv("BROKEN", "sesame\nX-Header: 1")
    with pytest.raises(UsageError, match="CERT-E545") as caught:
        require_consistent(asked(**changes))
    assert "sesame" not in f"{caught.value.what}{caught.value.why}{caught.value.hint}"


def test_a_key_is_read_where_it_is_used_and_no_part_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sesame-4711")
    request = asked(engine="openai", endpoint="https://example.org", api_key_env="KEY")
    require_consistent(request)
    assert key_of(request) == "sesame-4711"
    server = server_of(request)
    assert server is not None
    assert server.endpoint == "https://example.org/v1"
    assert b"sesame" not in request.to_bytes() + server.to_bytes()


def test_engines_of_our_own_have_no_server() -> None:
    assert server_of(asked(engine="hf")) is None
    started = server_of(asked(engine="openai", serve=SERVE))
    assert started is not None
    assert started.command is not None
    assert Command.read(started.command).filled("m", 1) == ["m", "1"]


@pytest.mark.slow  # two whole runs with an engine of their own
def test_a_run_over_an_endpoint_is_told_from_one_that_certify_started(house: House) -> None:
    world = World(owner="vllm")
    with answering(world) as url:
        request = request_for(house).model_copy(
            update={
                "model": HONEST,
                "policy": "starter",
                "engine": "openai",
                "endpoint": url,
                "data": (),
                "complete": False,
            }
        )
        outcome = run_model(house.workspace, request, Silent())
    folder = house.workspace.run_folder(outcome.run)
    bundle = parse_bundle(folder.file("evaluation.bundle.json").read_bytes())
    evaluation = Evaluation.from_document(statement_of(bundle).predicate)
    serving = evaluation.configuration.serving
    assert serving is not None
    assert (serving.identity, serving.endpoint) == (ServedIdentity.NOT_VERIFIED, url)
    assert any("Endpoint identity not verified" in text for text in findings_of(house.workspace, outcome).caveats)
    assert len({one["seed"] for one in world.requests}) > 600
