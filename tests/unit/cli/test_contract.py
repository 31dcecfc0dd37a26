"""The command line as other programs depend on it: verbs, exit codes, JSON, no traceback."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from certify.cli.app import VERBS
from certify.engines.capabilities import Component
from tests.fakes.chain import Chain, write_model

SCHEMA = re.compile(r"certify/[a-z-]+/v1")


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_imports_and_has_help(name, cli):
    module = import_module(f"certify.cli.{VERBS[name].module}")
    assert isinstance(module.app, typer.Typer)
    said = cli(name, "--help")
    assert said.code == 0
    assert f"Usage: certify {name}" in said.out
    assert said.err == ""
    assert max(map(len, said.out.splitlines())) <= 80


@pytest.mark.parametrize("name", VERBS)
def test_the_sentence_in_the_list_is_the_one_in_the_help(name):
    app = import_module(f"certify.cli.{VERBS[name].module}").app
    command = typer.main.get_command(app)
    assert " ".join((command.help or "").split()).startswith(VERBS[name].summary)


@pytest.mark.parametrize("name", VERBS)
def test_no_command_is_registered_twice(name):
    app = import_module(f"certify.cli.{VERBS[name].module}").app
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    assert len(names) == len(set(names))


def test_help_lists_every_verb_on_eighty_columns(cli):
    said = cli("--help")
    assert said.code == 0
    assert all(re.search(rf"\b{name}\b", said.out) for name in VERBS)
    assert max(map(len, said.out.splitlines())) <= 80
    assert said.out.index("demo") < said.out.index("doctor") < said.out.index("verify") < said.out.index("audit")


def test_version(cli):
    said = cli("--version")
    assert re.fullmatch(r"certify \d+\.\d+\.\d+\n", said.out)
    assert cli("--home", "x", "-V").out == said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("verfy", "x.pdf"), "Did you mean 'verify'?"),
        (("frobnicate",), "No such command"),
        ((), "Usage"),
        (("verify",), "Missing argument"),
        (("verify", "a", "--no-such-option"), "No such option"),
        (("verify", "a", "--min-level", "9"), "--min-level"),
        (("run", "model"), "--policy"),
        (("policy", "show"), "POLICY"),
    ],
)
def test_a_wrong_command_line_is_usage(arguments, told, cli):
    said = cli(*arguments)
    assert said.code == 2
    assert told in said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("run", "no-such-model", "--policy", "starter"), 2, "CERT-E020"),
        (("model", "digest", "no-such-model"), 2, "CERT-E020"),
        (("verify", "no-such.pdf"), 2, "CERT-E012"),
        (("verify", "CM-0000-0000-0000"), 2, "CERT-E012"),
        (("show", "no-such-run"), 2, "CERT-E012"),
        (("show",), 2, "CERT-E012"),
        (("check", "no-such-run"), 2, "CERT-E012"),
        (("revoke", "CM-0000-0000-0000", "--reason", "x"), 2, "CERT-E012"),
        (("registry", "show"), 2, "CERT-E012"),
        (("registry", "fsck"), 2, "CERT-E012"),
        (("explain", "CERT-E000"), 2, "CERT-E011"),
        (("policy", "show", "startr"), 2, "CERT-E050"),
        (("scan", "--data", "nowhere", "--benchmark", "starter-200"), 3, "CERT-E033"),
        (("data", "describe", "nowhere"), 2, "CERT-E029"),
        (("trust", "show", "nowhere.json"), 4, "CERT-E042"),
    ],
)
def test_what_is_not_there(arguments, code, error, cli, home):
    said = cli(*arguments)
    assert (said.code, said.error) == (code, error), said.err
    assert said.out == ""
    assert [path.name for path in home.iterdir() if path.name != ".certify"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "no-such.pdf"),
        ("run", "no-such-model", "--policy", "starter"),
        ("policy", "lint", "no-such-policy"),
        ("registry", "show"),
    ],
)
def test_an_error_as_json_is_one_document(arguments, cli):
    said = cli(*arguments, "--json")
    assert said.document["schema"] == "certify/error/v1"
    assert set(said.document) == {"schema", "code", "what", "why", "hint"}
    assert said.document["code"] == said.error


def test_every_reading_verb_prints_one_json_document(cli, handed, workspace, development):
    serial = development.certificate.serial
    calls = [
        ("doctor",),
        ("explain",),
        ("explain", "CERT-E021"),
        ("policy", "list"),
        ("policy", "show", "starter"),
        ("policy", "lint", "starter"),
        ("policy", "explain", "starter"),
        ("show", "certificate.pdf"),
        ("verify", "certificate.pdf", "--trust", "trust-file.json"),
        ("trust", "show", "trust-file.json"),
        ("model", "digest", write_model(handed / "model")),
        ("data", "describe", "trust-file.json", "--name", "x"),
        ("--home", workspace, "show"),
        ("--home", workspace, "show", serial),
        ("--home", workspace, "verify", serial),
        ("--home", workspace, "keys", "list"),
        ("--home", workspace, "registry", "show"),
        ("--home", workspace, "registry", "list"),
        ("--home", workspace, "registry", "fsck"),
    ]
    for call in calls:
        said = cli(*call, "--json")
        verb = call[2] if call[0] == "--home" else call[0]
        assert said.code == 0, (call, said.err)
        assert said.document["schema"] == f"certify/{verb}/v1"
        assert next(iter(said.document)) == "schema"


def test_writing_verbs_print_one_json_document(cli, workspace, development, home, monkeypatch):
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "correct horse battery staple")
    serial = development.certificate.serial
    calls = {
        "suspend": ("--home", workspace, "suspend", serial, "--reason", "waiting"),
        "reinstate": ("--home", workspace, "reinstate", serial, "--reason", "settled"),
        "revoke": ("--home", workspace, "revoke", serial, "--reason", "wrong"),
        "keys": ("keys", "make", home / "key.pem"),
        "trust": ("--home", workspace, "trust", "export", home / "exported.json"),
        "model": ("model", "prepare", write_model(home / "download"), home / "clean"),
    }
    for verb, call in calls.items():
        said = cli(*call, "--json")
        assert said.code == 0, said.err
        assert said.document["schema"] == f"certify/{verb}/v1"


@pytest.mark.parametrize(
    ("change", "verdict", "code"),
    [("suspend", "suspended", 1), ("revoke", "revoked", 1)],
)
def test_a_withdrawn_certificate(change, verdict, code, cli, workspace, development):
    serial = development.certificate.serial
    assert cli("--home", workspace, "verify", serial).code == 0
    assert cli("--home", workspace, change, serial, "--reason", "a defect was found").code == 0
    said = cli("--home", workspace, "verify", serial, "--json")
    assert (said.document["verdict"], said.code) == (verdict, code)
    if change == "suspend":
        cli("--home", workspace, "reinstate", serial, "--reason", "mended")
        assert cli("--home", workspace, "verify", serial).code == 0


@pytest.mark.parametrize(
    ("options", "verdict", "code"),
    [
        ((), "incomplete", 3),
        (("--trust", "trust-file.json"), "valid", 0),
        (("--trust", "trust-file.json", "--min-level", "1"), "valid", 0),
        (("--trust", "trust-file.json", "--min-level", "2"), "invalid", 1),
        (("--trust", "trust-file.json", "--policy", "starter"), "invalid", 1),
        (("--trust", "trust-file.json", "--max-status-age", "1"), "stale", 3),
        (("--trust", "trust-file.json", "--at", "2020-01-01T00:00:00Z"), "not_yet_valid", 1),
        (("--trust", "trust-file.json", "--model", "."), "invalid", 1),
    ],
)
@pytest.mark.parametrize("document", ["certificate.pdf", "certificate.json"])
def test_verdicts_and_exit_codes(document, options, verdict, code, cli, handed):
    said = cli("verify", document, *options, "--json")
    assert (said.document["verdict"], said.code) == (verdict, code)
    assert all(SCHEMA.fullmatch(said.document["schema"]) and line["id"] for line in said.document["checks"])


def test_the_certified_model_is_recognised(cli, handed, chain: Chain):
    said = cli("verify", "certificate.pdf", "--trust", "trust-file.json", "--model", chain.request.model)
    assert said.code == 0
    changed = write_model(handed / "changed", fill=9)
    assert cli("verify", "certificate.pdf", "--trust", "trust-file.json", "--model", changed).code == 1


def test_a_damaged_document_is_a_verdict_not_an_error(cli, handed, chain: Chain):
    data = bytearray(chain.pdf)
    data[len(data) // 2] ^= 1
    Path("forged.pdf").write_bytes(data)
    Path("cut.pdf").write_bytes(chain.pdf[:5000])
    Path("text.txt").write_text("hello")
    for name in ("forged.pdf", "cut.pdf", "text.txt"):
        said = cli("verify", name, "--trust", "trust-file.json", "--json")
        assert (said.code, said.document["verdict"]) == (1, "invalid")
        assert any(line.get("code") for line in said.document["checks"] if line["result"] == "fail")


def test_no_colour_without_a_terminal_and_none_when_asked(cli, handed, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    said = cli("verify", "certificate.pdf", "--trust", "trust-file.json")
    assert said.code == 0
    assert "\x1b" not in said.out


def test_two_seed_sources_that_this_workspace_cannot_have(cli, workspace, home):
    model = write_model(home / "model")
    for source in ("beacon", "seedWitnesses"):
        before = cli("--home", workspace, "registry", "show", "--json").document["size"]
        said = cli("--home", workspace, "run", model, "--policy", "starter", "--entropy", source)
        assert (said.code, said.error) == (2, "CERT-E011")
        assert cli("--home", workspace, "registry", "show", "--json").document["size"] == before


def test_json_documents_hold_no_float_that_json_lacks(cli, handed):
    text = cli("show", "certificate.pdf", "--json").out
    json.loads(text, parse_constant=pytest.fail)


def test_an_interrupted_command_says_how_to_go_on(cli, monkeypatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("certify.decide.shipped_policies", interrupted)
    said = cli("policy", "list")
    assert said.code == 130
    assert "Give the same command again to go on" in said.err


def test_a_request_to_stop_ends_as_an_interrupt_does():
    program = (
        "import sys, time, certify.decide as rules\n"
        "from certify.cli import main\n"
        "rules.shipped_policies = lambda: print('asked', flush=True) or time.sleep(60)\n"
        "sys.argv[1:] = ['policy', 'list']\n"
        "main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"asked\n"
    process.terminate()
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Give the same command again to go on" in told


@pytest.mark.parametrize("group", ["plan", "policy", "keys"])
def test_a_word_that_is_no_command_of_a_verb_is_answered_with_those_that_are(group, cli):
    said = cli(group, "my-model")
    assert said.code == 2
    app = import_module(f"certify.cli.{VERBS[group].module}").app
    for command in app.registered_commands:
        assert re.search(rf"^  {command.name or command.callback.__name__} +[A-Z]", said.err, re.MULTILINE)
    assert max(map(len, said.err.splitlines())) <= 80


@pytest.mark.parametrize("here", [True, False])
def test_what_needs_a_program_works_where_the_program_is(here, cli, monkeypatch):
    monkeypatch.setattr("certify.engines.capabilities.shutil.which", lambda name: f"/usr/bin/{name}" if here else None)
    monkeypatch.setattr("certify.engines.capabilities._gpu", lambda: Component("GPU", None, "large models", "a GPU"))
    monkeypatch.setattr("certify.cli.doctor.find_spec", lambda name: object())
    checks = {check["name"]: check for check in cli("doctor", "--json").document["checks"]}
    ability = checks["run a GGUF file in llama-server"]
    assert ability["ok"] is checks["llama-server"]["ok"] is here
    assert ("install llama.cpp" in ability["detail"]) is not here


def test_who_names_a_model_or_nothing_for_a_certificate_is_told_what_one_is(cli, home):
    model = write_model(home / "model")
    said = cli("verify", model)
    assert (said.code, said.error) == (2, "CERT-E012")
    assert f"certify verify CERT --model {model}" in said.err
    said = cli("verify", "no-such.pdf")
    assert (said.code, said.error) == (2, "CERT-E012")
    assert "a certificate is a PDF, a bundle or a serial" in said.err
