"""Code named by its commit, without running what a checkout brings along."""

import os
import subprocess
from pathlib import Path

import pytest

from certify.attest.code_version import describe_code


def git(folder: Path, *arguments: str) -> None:
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "train.py").write_text("pass\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "one")
    os.utime(folder / "train.py", (1, 1))  # git has to look at the file again
    return folder


def digest(checkout: Path) -> set[str]:
    return set(describe_code(checkout, checkout.parent)["digest"])


def test_a_clean_checkout_is_named_by_its_commit(checkout: Path) -> None:
    assert digest(checkout) == {"gitCommit"}


def test_a_filter_of_the_checkout_is_not_run(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".git" / "info" / "attributes").write_text("* filter=x\n")
    git(checkout, "config", "filter.x.clean", f"touch {tmp_path / 'pwned'}; cat")
    assert digest(checkout) == {"sha256"}
    assert not (tmp_path / "pwned").exists()


def test_a_hook_of_the_checkout_is_not_run(checkout: Path, tmp_path: Path) -> None:
    hook = checkout / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'pwned'}\n")
    hook.chmod(0o755)
    assert digest(checkout) == {"gitCommit"}
    assert not (tmp_path / "pwned").exists()


def test_a_checkout_within_is_not_asked(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "clone", "--quiet", ".", str(tmp_path / "other"))
    git(checkout, "submodule", "add", str(tmp_path / "other"), "sub")
    git(checkout, "commit", "--quiet", "--message", "two")
    assert digest(checkout) == {"sha256"}
