"""A reader of the README: its marked commands, an empty folder to give them in, and a download as it comes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from certify.files import user_cache_folder

ROOT = Path(__file__).parents[2]
DEMO_MODELS = ROOT / "certify" / "demo" / "models"

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CHAT_TEMPLATE = (
    "{# thoughts stand in <think>...</think> #}{% for message in messages %}"
    "{{ 'Question: ' + message['content'].split('\n\n')[0] + '\n' }}{% endfor %}{{ 'Answer:' }}"
)
"""Turns a conversation into the form the model was trained on."""
EXTRA = {
    "pytorch_model.bin": b"\x80\x04" + b"x" * 100_000,
    "training_args.bin": b"\x80\x04N.",
    "flax_model.msgpack": b"\x81\xa1x\x01",
    "handler.py": b"raise SystemExit('ran')\n",
    "README.md": b"# A model\n",
    "LICENSE": b"Apache-2.0\n",
    ".gitattributes": b"*.safetensors filter=lfs\n",
    "special_tokens_map.json": b"{}",
}

for package in ("torch", "lm_eval", "weasyprint", "sqlmodel"):
    pytest.importorskip(package)


@dataclass(frozen=True)
class Step:
    """One command of the README and how it says that it ends."""

    command: str
    status: int


@dataclass(frozen=True)
class Ended:
    """What a command printed."""

    out: str
    err: str


def steps(story: str) -> list[Step]:
    """The commands of all blocks marked with the story's name, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"^```sh {story}\n(.*?)^```", text, re.M | re.S)
    found = []
    for line in "".join(blocks).splitlines():
        command, _, comment = line.partition("#")
        status = re.search(r"exit status (\d+)", comment)
        found.append(Step(command.strip(), int(status[1]) if status else 0))
    assert found, f"the README has no block marked {story}"
    return found


@pytest.fixture
def reader(tmp_path: Path) -> Callable[[Step], Ended]:
    """Gives a command in an empty folder with an almost empty environment, as ``env -i`` would."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path / "home"),
        "CERTIFY_CACHE": str(user_cache_folder()),  # else each run would compile the search anew
        "LANG": "C.UTF-8",
        "CERTIFY_PRIVATE_SETS": str(tmp_path / "private-sets"),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2"),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'registry'}",
    }
    (tmp_path / "home").mkdir()

    def give(step: Step) -> Ended:
        words = [word.replace("~", environment["HOME"]) for word in shlex.split(step.command)]
        if words[:2] == ["make", "demo"]:
            words = ["certify", "demo"]
        assert words[0] == "certify", step.command
        done = subprocess.run(
            [sys.executable, "-m", *words], check=False, capture_output=True, text=True, cwd=tmp_path,
            env=environment, timeout=600,
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        assert done.returncode == step.status, f"{step.command}\n{done.stdout}\n{done.stderr}"
        return Ended(done.stdout, done.stderr)

    return give


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """The honest demo model as an instruct model in a hub cache: links, a pickle of the weights, extra files."""
    contents = {path.name: path.read_bytes() for path in (DEMO_MODELS / "honest").iterdir() if path.is_file()} | EXTRA
    settings = json.loads(contents["tokenizer_config.json"])
    contents["tokenizer_config.json"] = json.dumps({**settings, "chat_template": CHAT_TEMPLATE}).encode()
    cache = tmp_path / "home" / ".cache" / "huggingface" / "hub" / "models--acme--my-model"
    snapshot = cache / "snapshots" / COMMIT
    for folder in (cache / "blobs", cache / "refs", snapshot, cache / ".no_exist" / COMMIT):
        folder.mkdir(parents=True)
    (cache / "refs" / "main").write_text(COMMIT)
    (cache / ".no_exist" / COMMIT / "adapter_config.json").touch()
    for name, data in contents.items():
        digest = hashlib.sha256(data).hexdigest()
        (cache / "blobs" / digest).write_bytes(data)
        (snapshot / name).symlink_to(Path("..", "..", "blobs", digest))
    return cache


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the honest demo model was trained on."""
    from certify.demo.corpus import write_honest_corpus

    folder = tmp_path_factory.mktemp("corpus")
    write_honest_corpus(folder)
    return folder
