"""The operator's choices, read strictly; the files that ship with the registry name fields that exist."""

import json
import shlex
from pathlib import Path

import pytest
import typer

from certify.cli.registry import app
from certify.errors import UsageError
from certify_registry.service.settings import Limits, Provider, ServiceSettings, load_settings, with_command_line

ROOT = Path(__file__).parents[3]


def test_nothing_given_is_this_machine_alone_and_public_reading() -> None:
    settings = load_settings(None, {})
    assert (settings.host, settings.port, settings.private, settings.providers) == ("127.0.0.1", 8470, False, ())


def test_the_environment_replaces_the_file_and_the_command_line_both(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text("listen: 0.0.0.0:80\nprivate: true\nlimits:\n  bodyBytes: 2048\n")
    settings = load_settings(
        path, {"CERTIFY_REGISTRY_LISTEN": "[::1]:81", "CERTIFY_REGISTRY_TRUSTED_PROXIES": '["10.0.0.1"]'}
    )
    assert (settings.host, settings.port, settings.private, settings.limits.body_bytes) == ("::1", 81, True, 2048)
    assert settings.trusted_proxies == ("10.0.0.1",)
    said = with_command_line(settings, listen="127.0.0.1:0", read_only=True)
    assert (said.listen, said.read_only, said.private) == ("127.0.0.1:0", True, True)


@pytest.mark.parametrize(
    "text",
    ["lisen: x", "listen: nowhere", "limits: {bodyBytes: 1}", "- a", "a: b: c", "1: 2", "private: perhaps",
     "database: mysql://x", "database: postgresql://x/y", "objects: s3://b", "providers: [{issuer: x}]",
     "providers: [{issuer: x, audiences: [a], jwks: f, roles: {a: [submitter]}, algorithms: [HS256]}]",
     "providers: [{issuer: x, audiences: [a], jwks: f, roles: {a: [root]}}]", "!!python/object/apply:os.system [ls]"],
)  # fmt: skip
def test_a_field_that_nobody_meant_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match="CERT-E661"):
        load_settings(path, {})


@pytest.mark.parametrize("kind", [ServiceSettings, Limits, Provider])
def test_every_field_is_on_its_page(kind: type[ServiceSettings]) -> None:
    page = (ROOT / "docs" / "registry-service.md").read_text()
    for name in kind.model_fields:
        assert f"`{name}`" in page or name == "schema_", name


def test_the_composed_set_names_services_and_settings_that_exist(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    document = yaml.safe_load((ROOT / "registry" / "compose.yaml").read_text())
    services = document["services"]
    assert {"postgres", "objects", "registry", "witness"} <= set(services)
    for service in services.values():
        needed = service.get("depends_on", {})
        assert set(needed) <= set(services)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith(("./", "/")) or source in document["volumes"], volume
        assert set(service.get("secrets", [])) <= set(document["secrets"])
    environment = services["registry"]["environment"]
    given = {name: str(value) for name, value in environment.items() if name.startswith("CERTIFY_REGISTRY_")}
    path = tmp_path / "service.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(document["configs"]["registry-service"]["content"])))
    settings = load_settings(path, given)
    assert settings.database is not None
    assert settings.listen.startswith("0.0.0.0:")
    assert {name.removeprefix("CERTIFY_REGISTRY_").lower() for name in given} <= set(ServiceSettings.model_fields)
    assert json.dumps(services).count("latest") == 0


def test_the_readme_moves_the_log_to_where_the_composed_server_looks_for_it() -> None:
    """Every command of the page is one that the command line knows, and both say the same place."""
    yaml = pytest.importorskip("yaml")
    page = (ROOT / "registry" / "README.md").read_text()
    given = [
        shlex.split(line) for line in page.splitlines() if line.startswith(("certify --home", "docker compose -f"))
    ]
    verbs = [line[line.index("registry") :] for line in given if "registry" in line]
    verbs = [line[1:] if line[:2] == ["registry", "registry"] else line for line in verbs]
    assert {line[1] for line in verbs} == {"create", "export", "import", "serve", "api-keys"}
    root = typer.main.get_command(app)
    for words in verbs:
        command, rest = root, words[1:]
        while hasattr(command, "get_command"):
            found = command.get_command(typer.Context(command), rest[0])
            assert found is not None, words
            command, rest = found, rest[1:]
        known = {name for parameter in command.params for name in parameter.opts}
        assert {one for one in rest if one.startswith("--")} <= known, words
    moved = next(line for line in given if "import" in line and "docker" in line)
    place = {name: moved[moved.index(f"--{name}") + 1] for name in ("to", "objects")}
    service = yaml.safe_load((ROOT / "registry" / "compose.yaml").read_text())["services"]["registry"]
    told = service["environment"]
    assert place == {"to": told["CERTIFY_REGISTRY_DATABASE"], "objects": told["CERTIFY_REGISTRY_OBJECTS"]}
    assert service["entrypoint"][-2].endswith('exec certify "$$@"')
