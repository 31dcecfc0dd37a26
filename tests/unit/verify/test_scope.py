"""What a server's command line says of the conditions it serves a model in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.evidence.model import GREEDY, ServedIdentity, ServerApi, Serving, TestedConfiguration
from certify.verify.scope import SERVERS, check_scope

PLACE = "/models/tiny"


def conditions(engine: str = "vllm", **changes: object) -> TestedConfiguration:
    given = {"engine": engine, "engine_version": "1", "dtype": "bfloat16", "prompt_style": "chat", "sampling": GREEDY}
    return TestedConfiguration.model_validate({**given, "context_length": 4096, **changes}, by_name=True)


def result(command: str, configuration: TestedConfiguration | None = None) -> str:
    return check_scope(command.split(), configuration or conditions(), PLACE).result.value


@pytest.mark.parametrize(
    "command",
    [
        f"vllm serve {PLACE}",
        f"/opt/bin/vllm serve {PLACE} --port 8000 --host 0.0.0.0 --dtype auto --max-model-len 4096",
        f"vllm serve {PLACE} --dtype=bfloat16 --max-model-len 4k --tokenizer {PLACE} --tokenizer-mode slow",
        f"vllm serve {PLACE} --served-model-name --max-model-len -1",
    ],
)
def test_a_command_within_what_was_conditions(command):
    assert result(command) == "pass"


@pytest.mark.parametrize(
    "options",
    [
        "--dtype float16",
        "--dtype=half",
        "--quantization fp8",
        "-q awq",
        "--max-model-len 4097",
        "--max_model_len=8k",
        "--max-model-len many",
        "--tokenizer other",
        "--lora-modules a=b",
        "--trust-remote-code",
        "--trust_remote_code",
        "--hf-overrides.rope_theta 1",
        "--chat-templ x.jinja",
        "--config options.yaml",
    ],
)
def test_an_option_that_leaves_it(options):
    assert result(f"vllm serve {PLACE} {options}") == "fail"


@pytest.mark.parametrize("options", ["-hf org/other", "--lora a.gguf", "-c 8192", "-ctk q4_0", "-mu http://x/y.gguf"])
def test_llama_server(options):
    here = conditions("llamacpp", dtype="none")
    assert result(f"llama-server -m {PLACE}", here) == "pass"
    assert result(f"llama-server -m {PLACE} {options}", here) == "fail"


def test_another_engine_than_was_tested_and_the_same_one_behind_a_server():
    serving = Serving(identity=ServedIdentity.VERIFIED, software="vllm", api=ServerApi.CHAT, model="m", answers_as="m",
                      own_sampling=False)  # fmt: skip
    assert result(f"vllm serve {PLACE}", conditions("hf")) == "fail"
    assert result(f"vllm serve {PLACE}", conditions("openai", serving=serving)) == "pass"


def test_a_program_that_is_not_known_is_not_judged():
    assert result(f"text-generation-launcher --model-id {PLACE} --quantize eetq") == "skip"


@settings(max_examples=40)
@given(st.sampled_from(sorted(SERVERS)), st.lists(st.text(max_size=12), max_size=6))
def test_any_command_gets_an_answer(program, arguments):
    assert check_scope([program, *arguments], conditions(), PLACE).detail
