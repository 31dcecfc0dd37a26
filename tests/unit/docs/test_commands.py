"""docs/commands.md shows the command line as it is, and no page or message names a command that does not exist."""

import ast
import re
from pathlib import Path

import pytest

from certify.cli.app import VERBS
from tests.fakes.docs_programs import program

ROOT = Path(__file__).parents[3]
PAGES = [
    *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "policies").rglob("*.md"),
    *(ROOT / "policies").rglob("*.yaml"), *(ROOT / "registry").glob("*.md"), *(ROOT / ".github").glob("*.md"),
]  # fmt: skip
COMMAND = re.compile(r"certify (?:--home \S+ )?([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


GENERATOR = program("generate_commands.py")
COMMANDS = dict(GENERATOR.commands())
PAIRS = {" ".join(name.split()[:2]) for name in COMMANDS}


def test_the_page_is_what_the_command_line_says() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == GENERATOR.document(), "run: python docs/generate_commands.py"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_is_on_the_page_and_has_help(command: str) -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert re.search(rf"^###+ certify {command}$", page, re.M)
    section = re.split(rf"^###+ certify {command}$", page, flags=re.M)[1].split("\n##")[0]
    for param in COMMANDS[command].params:
        if param.name != "help":
            assert param.help, f"{command}: {param.name} has no help"
            assert all(f"`{opt}`" in section for opt in param.opts if opt.startswith("-"))


def test_every_verb_has_a_module_whose_command_is_itself() -> None:
    assert {name.split()[0] for name in COMMANDS} == set(VERBS)


def unknown(text: str) -> list[str]:
    """Commands in ``text`` that the command line does not have."""
    wrong = []
    for verb, part in COMMAND.findall(text):
        if verb not in VERBS:
            wrong.append(f"certify {verb}")
        elif f"{verb} {part}" not in PAIRS and verb not in COMMANDS and part:
            wrong.append(f"certify {verb} {part}")
    return wrong


def quoted(text: str) -> str:
    """Only what stands in backquotes or in fenced blocks: prose may say that certify does something."""
    fences = re.findall(r"^```(?:sh|bash|console)[^\n]*\n(.*?)^```", text, re.M | re.S)
    return "\n".join([*re.findall(r"`(certify [^`\n]+)`", text), *fences])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_only_commands_that_exist(page: Path) -> None:
    assert unknown(quoted(page.read_text(encoding="utf-8"))) == []


def test_messages_name_only_commands_that_exist() -> None:
    wrong: dict[str, list[str]] = {}
    for file in [*(ROOT / "certify").rglob("*.py"), *(ROOT / "registry").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                commands = [*re.findall(r"`(certify [^`\n]+)`", node.value)]
                whole = COMMAND.match(node.value)
                commands += [node.value] if whole and whole[1] in VERBS else []
                commands += re.findall(r": (certify [a-z]+ [a-z]+ --\S+)", node.value)
                bad = [each for text in commands for each in unknown(text)]
                if bad:
                    wrong.setdefault(str(file.relative_to(ROOT)), []).extend(bad)
    assert wrong == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_options_in_commands_on_pages_exist(page: Path) -> None:
    known = {"--home", "--debug", "--version", "--help"}
    for line in quoted(page.read_text(encoding="utf-8")).splitlines():
        found = COMMAND.search(line)
        if found is None or found[1] not in VERBS:
            continue
        words = line[found.start() :].split()[1:]
        longest = [" ".join(words[:count]) for count in (3, 2)]
        name = next((one for one in longest if one in COMMANDS), found[1])
        if name in COMMANDS:
            options = {opt for param in COMMANDS[name].params for opt in param.opts}
            here = line[found.start() :].split(" -- ")[0].split("|")[0].split(";")[0].split("#")[0]
            assert set(OPTION.findall(here)) <= options | known, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target
