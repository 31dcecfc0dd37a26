"""A secret planted anywhere on a command line, in a parameter or in the environment is in no file that is written."""

from __future__ import annotations

import base64
import os
import re
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certify.attest.steps import StepDetails, record_step
from certify.trust.keys import generate_signer

SIGNER = generate_signer("ed25519")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
PLAIN = st.text(LETTERS, min_size=12, max_size=30).map("q7{}".format)
LONG = st.text(LETTERS, min_size=34, max_size=40)
NAMES = st.builds(
    "{}{}".format,
    st.sampled_from(["", "HF_", "my-", "x.", "AWS_SECRET_"]),
    st.sampled_from(["token", "API_KEY", "password", "Secret"]),
)
NAMED = st.tuples(
    st.sampled_from(
        [
            ["--{name}", "{value}"], ["--{name}={value}"], ["env", "{name}={value}", "go"],
            ["sh", "-c", "{name}={value} run --fast"], ["sh", "-c", "run --{name} {value} now"],
            ["app", '{{"{name}": "{value}"}}'], ["get", "https://host/x?a=1&{name}={value}"],
        ]
    ),
    NAMES,
    PLAIN,
)  # fmt: skip
RECOGNISABLE = st.tuples(
    st.sampled_from([["say", "{value}"], ["sh", "-c", "echo '{value}' | run"], ["get", "https://h/{value}/x"]]),
    st.just(""),
    st.builds("{}{}".format, st.sampled_from(["hf_", "ghp_", "github_pat_"]), LONG),
)
ELSEWHERE = st.tuples(
    st.sampled_from(
        [["curl", "-u", "me:{value}", "u"], ["git", "clone", "https://me:{value}@h/x"], ["sshpass", "-p", "{value}"]]
    ),
    st.just(""),
    PLAIN,
)


def written(folder: Path) -> str:
    """Everything in a folder as text, with what is base64 decoded beside it."""
    found = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    inside = (
        base64.b64decode(part + "=" * (-len(part) % 4)) for part in re.findall(r"[A-Za-z0-9+/]{40,}={0,2}", found)
    )
    return found + "".join(data.decode("utf-8", "replace") for data in inside)


def record(command: list[str], details: StepDetails, environ: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "data").write_text("x")
        with (
            patch.dict(os.environ, environ),
            patch("certify.attest.steps.run_command", return_value=0),
        ):
            record_step(
                "step",
                materials=[],
                products=[base / "data"],
                signer=SIGNER,
                out_folder=base / "links",
                base=base,
                command=command,
                details=details,
            )
        return written(base / "links")


CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CALM
@given(NAMED | RECOGNISABLE | ELSEWHERE)
def test_on_the_command_line(planted: tuple[list[str], str, str]) -> None:
    form, name, value = planted
    with patch("certify.attest.steps.describe_environment", return_value={}):
        text = record([part.format(name=name, value=value) for part in form], StepDetails(), {})
    assert "***" in text
    assert value not in text


@CALM
@given(NAMES, PLAIN, st.sampled_from(["parameters", "command"]))
def test_in_parameters_and_restricted_fields(name: str, value: str, restricted: str) -> None:
    details = StepDetails(parameters={"a": {name: value}, "note": f"--{name} {value}"}, restrict=[restricted])
    with patch("certify.attest.steps.describe_environment", return_value={}):
        assert value not in record(["run"], details, {})


@CALM
@given(
    st.sampled_from(["HF_TOKEN", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "CERTIFY_PASSPHRASE"]), PLAIN, st.booleans()
)
def test_in_the_environment(name: str, value: str, asked: bool) -> None:
    details = StepDetails(variables=[name, "SHOWN"] if asked else [], parameters={"quoted": f"x{value}y"})
    with patch("certify.attest.environment._ask", return_value={"packages": {}}):
        text = record(["run", value, f"a{value}b"], details, {name: value, "SHOWN": f"has {value}"})
    assert value not in text
