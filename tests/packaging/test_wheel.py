"""What is installed is what is in the checkout, and nothing besides."""

import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_under(folder: Path) -> Iterator[str]:
    """Files of a folder of the checkout, without what Python leaves behind."""
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix()


@pytest.mark.parametrize("room", ["policies", "templates"])
def test_rooms_in_the_wheel_are_those_of_the_checkout(room: str, names: set[str], wheel: Path) -> None:
    prefix = f"certify/_bundled/{room}/"
    bundled = {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
    assert bundled == set(files_under(ROOT / room))
    with zipfile.ZipFile(wheel) as archive:
        for name in bundled:
            assert archive.read(prefix + name) == (ROOT / room / name).read_bytes()


def test_code_in_the_wheel_is_that_of_the_checkout(names: set[str]) -> None:
    for package, place in (("certify", ROOT / "certify"), ("certify_registry", ROOT / "registry/certify_registry")):
        in_wheel = {name for name in names if name.startswith(f"{package}/") and "/_bundled/" not in name}
        assert in_wheel == {f"{package}/{name}" for name in files_under(place)}


def test_only_two_packages_reach_site_packages(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"certify", "certify_registry"}


def test_the_build_hook_and_the_tests_stay_out(names: set[str]) -> None:
    assert not any("hatch_build" in name or name.startswith(("tests/", "docs/", "registry/")) for name in names)


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA"))
        entry = next(archive.read(name).decode() for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert f"Name: {project['name']}" in metadata
    assert "License-Expression: Apache-2.0" in metadata
    assert "certify = certify.cli:main" in entry
    for extra in project["optional-dependencies"]:
        assert f"Provides-Extra: {extra}\n" in metadata


def test_the_version_is_one() -> None:
    from certify import __version__

    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__


def test_every_extra_that_a_message_names_exists() -> None:
    from certify.cli.app import EXTRAS
    from certify.cli.doctor import ABILITIES
    from certify.engines.installed import EXTRAS as ENGINE_EXTRAS

    known = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    assert set(EXTRAS.values()) <= known
    assert {ability.extra for ability in ABILITIES if ability.extra} <= known
    assert set(ENGINE_EXTRAS.values()) <= known
