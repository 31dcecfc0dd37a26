"""What a vendor's folder may bring: each is refused before an engine sees it, with its own code and what to do."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.chain import write_model


def settings(folder: Path, **more: object) -> None:
    """Adds to the model's config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}))


def pickled(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04N.")


def program(folder: Path) -> None:
    (folder / "modeling_tiny.py").write_text("raise SystemExit('ran')")


def auto_map(folder: Path) -> None:
    settings(folder, auto_map={"AutoModelForCausalLM": "modeling_tiny.Tiny"})


def link_out(folder: Path) -> None:
    (folder / "vocab.txt").symlink_to("/etc/hostname")


def lying_header(folder: Path) -> None:
    path = folder / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(struct.pack("<Q", 2**40) + data[8:])


def adapter(folder: Path) -> None:
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA"}')


def index_outside(folder: Path) -> None:
    weights = {"embed": "../other/model.safetensors", "norm": "../other/model.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weights}))


def surplus_weights(folder: Path) -> None:
    (folder / "extra.safetensors").write_bytes((folder / "model.safetensors").read_bytes())


HOSTILE: dict[Callable[[Path], None], tuple[str, str]] = {
    pickled: ("CERT-E021", "certify model prepare"),
    program: ("CERT-E022", "certify model prepare"),
    auto_map: ("CERT-E022", "certify model prepare"),
    link_out: ("CERT-E023", "certify model prepare"),
    lying_header: ("CERT-E024", "download"),
    index_outside: ("CERT-E025", ""),
    adapter: ("CERT-E027", "merge"),
    surplus_weights: ("CERT-E028", "certify model prepare"),
}


@pytest.mark.parametrize("spoil", HOSTILE, ids=lambda spoil: spoil.__name__)
def test_a_hostile_folder_is_refused(spoil, cli, home):
    folder = write_model(home / "vendor")
    assert cli("model", "digest", folder).code == 0
    spoil(folder)
    code, hint = HOSTILE[spoil]
    said = cli("model", "digest", folder)
    assert (said.code, said.error) == (1, code), said.err
    assert hint in said.err
    assert said.out == ""


@pytest.mark.parametrize("spoil", [pickled, program, surplus_weights], ids=lambda f: f.__name__)
def test_the_hint_is_a_command_that_mends_it(spoil, cli, home):
    folder = write_model(home / "vendor")
    spoil(folder)
    said = cli("model", "digest", folder)
    hint = next(line for line in said.err.splitlines() if line.startswith("hint: "))
    words = hint.partition("certify ")[2].split("`")[0].split()
    assert words[:2] == ["model", "prepare"]
    assert words[2] == str(folder)
    assert cli("model", "prepare", words[2], home / "clean").code == 0
    assert cli("model", "digest", home / "clean").code == 0


@pytest.mark.parametrize("spoil", [auto_map, link_out, adapter], ids=lambda f: f.__name__)
def test_where_no_copy_can_mend_it_prepare_says_so_and_leaves_nothing(spoil, cli, home):
    folder = write_model(home / "vendor")
    spoil(folder)
    said = cli("model", "prepare", folder, home / "clean")
    assert (said.code, said.error) == (1, HOSTILE[spoil][0])
    assert "hint: " in said.err
    assert [path.name for path in home.iterdir()] == ["vendor"]


@pytest.mark.parametrize("spoil", [pickled, index_outside], ids=lambda f: f.__name__)
def test_a_run_refuses_it_and_logs_nothing(spoil, cli, workspace, home):
    folder = write_model(home / "vendor")
    spoil(folder)
    size = cli("--home", workspace, "registry", "show", "--json").document["size"]
    runs = sorted((workspace / "runs").iterdir())
    said = cli("--home", workspace, "run", folder, "--policy", "starter", "--json")
    assert (said.code, said.error) == (1, HOSTILE[spoil][0])
    assert said.document["schema"] == "certify/error/v1"
    assert sorted((workspace / "runs").iterdir()) == runs
    assert cli("--home", workspace, "registry", "show", "--json").document["size"] == size


def test_verify_says_that_a_hostile_folder_is_not_the_model(cli, handed, chain):
    folder = write_model(handed / "vendor")
    program(folder)
    said = cli("verify", "certificate.json", "--trust", "trust-file.json", "--model", folder, "--json")
    line = next(line for line in said.document["checks"] if line["id"] == "model")
    assert (said.code, line["result"], line["code"]) == (1, "fail", "CERT-E022")
