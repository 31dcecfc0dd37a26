"""A server is started on exactly the certified bytes, or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from certify.decide import load_policy
from certify.errors import CertifyError, HostileInput, UsageError
from certify.identify import read_model
from certify.identify.holding import HeldModel
from certify.pipeline.guarding import named_model, stage_model, with_model
from tests.fakes.chain import Chain, write_model

LOADED = cache(load_policy)
ROOT = Path(__file__).parents[3]
ECHO = (sys.executable, "-c", "import sys; print(*sys.argv[1:]); sys.exit(7)")


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy at one path is linted and tried once: loading is slow."""
    monkeypatch.setattr("certify.decide.load_policy", LOADED)


@pytest.fixture
def options(handed: Path, chain: Chain) -> tuple[str, ...]:
    """Certificate, policy and trust file of the certified model, which lies in ``model``."""
    shutil.copytree(chain.request.model, handed / "model")
    return ("--certificate", "certificate.json", "--policy", str(chain.request.policy), "--trust", "trust-file.json")


def guard(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which becomes another."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFY")}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "registry")])
    return subprocess.run(
        [sys.executable, "-m", "certify", "guard", *map(str, arguments)],
        check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120,
    )  # fmt: skip


def test_the_command_is_told_the_verified_path_and_its_exit_status_is_passed_on(handed, options):
    done = guard(*options, "--", *ECHO, "serve", "./model", "--debug", "--name=x", cwd=handed)
    assert done.returncode == 7, done.stderr
    assert done.stdout == f"serve {handed / 'model'} --debug --name=x\n"
    assert "OPEN: tiny-reasoner meets starter" in done.stderr
    assert "scope: " in done.stderr


def test_a_read_only_copy_is_served_where_one_is_asked_for(handed, options, chain):
    done = guard(*options, "--model", "model", "--stage", "copy", "--", *ECHO, "at {model}", cwd=handed)
    assert (done.returncode, done.stdout) == (7, f"at {handed / 'copy'}\n"), done.stderr
    assert sorted(path.name for path in (handed / "copy").iterdir()) == ["config.json", "model.safetensors",
                                                                         "tokenizer.json"]  # fmt: skip
    assert not any(path.stat().st_mode & 0o222 for path in (handed / "copy").iterdir())


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been started, in this process."""
    calls: list[list[str]] = []

    def execute(_: str, command: list[str]) -> None:
        calls.append(command)
        raise OSError(2, "would have been started")

    monkeypatch.setattr("certify.pipeline.guarding.os.execvp", execute)
    return calls


@pytest.mark.parametrize(("change", "code"), [("weights", 1), ("certificate", 3), ("trust", 3), ("file", 1)])
def test_nothing_is_started_otherwise(cli, options, started, change, code):
    words = list(options)
    if change == "weights":
        write_model(Path("model"), fill=9)
    elif change == "file":
        Path("model/generation_config.json").write_text("{}")
    else:
        at = words.index(f"--{change}")
        del words[at : at + 2]
    if change in ("weights", "trust"):
        said = cli("guard", *words, "--", sys.executable, "model")
        assert "nothing was started" in said.out
    else:
        said = cli("guard", *words, "--json", "--", sys.executable, "model")
        assert (said.document["schema"], said.document["started"]) == ("certify/guard/v1", False)
    assert (said.code, started) == (code, [])


def test_a_change_between_reading_and_starting_is_noticed(cli, options, started, monkeypatch):
    monkeypatch.setattr(
        "certify.pipeline.guarding.HeldModel.recheck",
        lambda held, check=HeldModel.recheck: (write_model(Path("model"), fill=9), check(held)),
    )
    said = cli("guard", *options, "--", sys.executable, "model")
    assert (said.code, said.error, started) == (1, "CERT-E026", [])
    assert signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN, "a pipe somebody closes would end this program"


def test_another_engine_than_was_tested_is_not_started_unless_its_user_says_so(cli, options, started, monkeypatch):
    monkeypatch.setattr("certify.pipeline.guarding.shutil.which", lambda name: f"/usr/bin/{name}")
    said = cli("guard", *options, "--", "vllm", "serve", "model")
    assert (said.code, started) == (1, [])
    assert "CERT-E165" in said.out
    assert cli("guard", *options, "--json", "--", "vllm", "serve", "model").document["code"] == "CERT-E165"
    cli("guard", *options, "--outside-scope", "--", "vllm", "serve", "model")
    assert started == [["vllm", "serve", str(Path("model").resolve())]]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("no-such-program", "model"), "CERT-E168"),
        ((sys.executable, "no-model"), "CERT-E164"),
        ((sys.executable, "model", "other"), "CERT-E164"),
    ],
)
def test_a_command_that_could_serve_something_else_is_usage(cli, options, started, command, code):
    write_model(Path("other"), fill=2)
    said = cli("guard", *options, "--", *command)
    assert (said.code, said.error, started) == (2, code, [])


# Which model a command names.


def test_the_model_is_found_in_a_command_and_replaced_there(home):
    model, gguf = write_model(home / "a"), home / "b"
    gguf.mkdir()
    (gguf / "x.gguf").write_bytes(b"GGUF")
    assert named_model(["serve", "--x", "./a", "--tokenizer=a"]).resolve() == model
    assert with_model(["serve", "./a", "--tokenizer=a", "b"], model, model) == ["serve", str(model),
                                                                               f"--tokenizer={model}", "b"]  # fmt: skip
    assert named_model(["serve", "-m", "b/x.gguf"], gguf).resolve() in (gguf, gguf / "x.gguf")
    placed = gguf / "x.gguf"
    assert with_model(["serve", "-m", "b"], placed, placed) == ["serve", "-m", str(placed)]
    for command in (["a"], ["serve"], ["serve", "a", "b"], ["serve", "\x00", "--", "="]):
        with pytest.raises(UsageError, match="CERT-E164"):
            named_model(command)
    with pytest.raises(UsageError, match="CERT-E164"):
        named_model(["serve", "a"], gguf)


# Files that are held.


def test_held_files_are_the_model_and_a_copy_is_made_once(chain, tmp_path):
    with HeldModel(chain.request.model) as held:
        assert held.present.identity == read_model(chain.request.model).identity.identity
        held.recheck()
        for _ in range(2):
            with stage_model(held.present, tmp_path / "copy") as copy:
                assert copy.present.identity == held.present.identity
        os.chmod(tmp_path / "copy" / "config.json", 0o644)
        (tmp_path / "copy" / "config.json").write_text("{}")
        with pytest.raises(UsageError, match="holds something else"):
            stage_model(held.present, tmp_path / "copy")


def add(folder: Path) -> None:
    (folder / "generation_config.json").write_text("{}")


def remove(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def write(folder: Path) -> None:
    with (folder / "tokenizer.json").open("r+b") as file:
        file.write(b"[]")


def exchange(folder: Path) -> None:
    shutil.copy2(folder / "tokenizer.json", folder / "new")
    os.replace(folder / "new", folder / "tokenizer.json")


def link(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder.parent / "elsewhere")
    (folder / "tokenizer.json").symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize("change", [add, remove, write, exchange, link])
def test_any_change_to_held_files_is_noticed(tmp_path, change):
    model = write_model(tmp_path / "model")
    with HeldModel(model) as held:
        change(model)
        with pytest.raises(HostileInput, match=r"CERT-E02[36]"):
            held.recheck()


def test_files_are_let_go_when_reading_fails(tmp_path, monkeypatch):
    model = write_model(tmp_path / "model")
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    monkeypatch.setattr("certify.identify.holding.HashedFile.drain", lambda _: None)
    with pytest.raises(CertifyError, match="CERT-E026"):
        HeldModel(model)
    assert (len(os.listdir("/proc/self/fd")) if before else 0) == before
