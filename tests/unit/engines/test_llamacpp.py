"""One GGUF file behind a program called llama-server; a fake one, so what is tested is our half."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.engines import templates
from certify.engines.backend import open_backend
from certify.engines.gguf_wording import GgufWording
from certify.engines.journal import read_journal
from certify.engines.llamacpp import COMMAND, load_llamacpp
from certify.engines.openai import ServerBackend
from certify.engines.order import DescribeOrder, ServerOrder
from certify.engines.prompts import messages
from certify.engines.runner import answer, describe
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.answers import FinishReason
from certify.evidence.model import ReasoningTags, Sampling, ServedIdentity
from certify.identify import read_model, stage
from certify.identify.gguf_model import gguf_facts_of
from certify.pipeline.serving import require_runs
from tests.fakes import openai_server
from tests.fakes.gguf_files import VALUES, write_gguf

from .conftest import make_configuration, make_order, make_requests
from .test_serving import gone, killed_runs

SAMPLED = Sampling(temperature=1.0)


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    return stage(read_model(write_gguf(tmp_path / "mine.gguf")), tmp_path / "staged")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A llama-server on PATH that answers from prompt and seed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    file = folder / "llama-server"
    file.write_text(f'#!/bin/sh\nexec {sys.executable} {openai_server.__file__} --owner llamacpp "$@"\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return file


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_a_file_is_served_by_the_program_and_answered(staged: Path, program: Path, tmp_path: Path) -> None:
    described = describe(staged, "llamacpp", sampling=SAMPLED)
    found = described.configuration
    assert found.serving is not None
    assert (found.serving.identity, found.serving.command) == (ServedIdentity.VERIFIED, COMMAND)
    assert (found.serving.software, found.serving.model, found.serving.own_sampling) == ("llama.cpp", "{model}", False)
    assert found.engine_version.startswith("llama.cpp b0-fake; ")
    assert (found.quantisation, found.context_length, found.prompt_style) == ("Q4_0", 300, "chat")
    assert found.reasoning == ReasoningTags(open="<think>", close="</think>", opened_by_template=True)
    assert described.facts.example_prompt.startswith("<|user|>1 + 1 = ?")
    order = make_order(tmp_path / "run", staged, found, make_requests(3, repeats=4), batch_size=4, threads=1)
    assert answer(order).answered == 12
    answers = read_journal(Path(order.journal))
    assert len({one.text for one in answers.values()}) > 6
    assert {one.finish_reason for one in answers.values()} <= {FinishReason.STOP, FinishReason.LENGTH}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_killed_runs_of_a_file_repeat_nothing_and_change_nothing(staged: Path, program: Path, tmp_path: Path) -> None:
    program.write_text(program.read_text().replace("--owner llamacpp", "--owner llamacpp --delay 0.02"))
    found = describe(staged, "llamacpp", sampling=SAMPLED).configuration
    whole, broken = (
        make_order(tmp_path / name, staged, found, make_requests(15, 2), batch_size=2, threads=1)
        for name in ("whole", "broken")
    )
    killed_runs(whole, broken, 2, lambda: gone(str(staged)))


def test_one_thing_is_asked_at_a_time_where_the_server_has_one_place(
    staged: Path, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerBackend, "reached", classmethod(lambda cls, order, served, route: order))
    found = make_configuration(engine="llamacpp", dtype="as served", device="server")
    order = make_order(tmp_path, staged, found, make_requests(2), batch_size=32, threads=1)
    assert load_llamacpp(order).batch_size == 1
    own = ServerOrder(command="llama-server --model {model} --port {port} --parallel 8")
    assert load_llamacpp(order.model_copy(update={"server": own})).batch_size == 32


def test_without_the_program_it_is_said_what_to_install(staged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="no llama-server on PATH"):
        open_backend(DescribeOrder(model=str(staged), engine="llamacpp"))


def test_a_folder_of_safetensors_is_no_gguf_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="CERT-E010"):
        open_backend(DescribeOrder(model=str(tmp_path), engine="llamacpp"))


def test_engines_are_told_from_the_form_of_a_model(staged: Path) -> None:
    model = read_model(staged)
    require_runs("llamacpp", model)
    require_runs("openai", model)
    with pytest.raises(UsageError, match="runs no GGUF file"):
        require_runs("hf", model)


def wording(folder: Path, template: str, style: str = "auto") -> GgufWording:
    values = VALUES | {"tokenizer.chat_template": template}
    return GgufWording(gguf_facts_of(write_gguf(folder / "model.gguf", values=values)), style)


def test_the_token_that_the_server_puts_first_is_left_to_it(tmp_path: Path) -> None:
    found = wording(tmp_path, "{{ bos_token }}{{ messages[0].content | tojson }}{{ strftime_now('%Y') }}")
    assert found.render_chat(messages("ä")).startswith('"ä')
    assert found.render_chat(messages("ä")).endswith("2026")


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('no') }}",
        "{{ messages.__class__.__mro__ }}",
        "{{ ''.__class__ }}{{ cycler.__init__.__globals__.os.system('true') }}",
        "{% for x in range(10000000) %}x{% endfor %}",
        "{{ messages.append(1) }}",
        "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}",
        "{% for %}",
    ],
)
def test_a_template_that_reaches_out_or_never_ends_is_refused(
    tmp_path: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "RENDER_SECONDS", 0.3)
    with pytest.raises(EvidenceMissing, match="CERT-E060"):
        wording(tmp_path, template).render_chat(messages("x"))
