"""What is recorded of a command and its settings, without the secrets that people put there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

REDACTED = "***"

_WORDS = r"[\w.-]*(?:token|key|passwords?|passwd|passphrase|pwd|secrets?|credentials?)"
_NAME = rf"(?<![\w.-]){_WORDS}"
_VALUE = r"(\"[^\"]*\"|'[^']*'|[^\s;&|,}\"']+)"
_SECRET_NAME = re.compile(_WORDS, re.IGNORECASE)
_HARMLESS = re.compile(
    r"(?:pad|eos|bos|unk|sep|cls|mask|image|stop|max|min|num|special|sort|primary|foreign|group|partition|"
    r"text|label|column|dict|prompt|input|output|question|answer|public|pub)[_.-]?(?:token|key)$",
    re.IGNORECASE,
)
"""Names that end like a secret's and hold none: special tokens of a vocabulary, keys of tables, public keys."""
_ASSIGNED = re.compile(rf"({_NAME})([\"']?\s*[=:]\s*){_VALUE}", re.IGNORECASE)
_OPTION = re.compile(rf"(?<!\S)(--?{_WORDS})(\s+){_VALUE}", re.IGNORECASE)
_BEARER = re.compile(r"\b((?:bearer|basic)\s+)[^\s\"']+", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(://)[^/@\s]+@")
_IN_QUERY = re.compile(
    r"([?&](?:[\w.%-]*(?:token|key|secret|password|signature|credential|policy)|sig|auth|pwd)=)[^&\s#\"']+",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"  # PEM
    r"|\beyJ[\w-]{8,4096}\.[\w-]{8,}\.[\w-]*"  # JSON web tokens
    r"|\bhf_[A-Za-z0-9]{30,}"  # Hugging Face
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}"  # GitHub
    r"|\bglpat-[\w-]{20,}"  # GitLab
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS
    r"|\bAIza[\w-]{35}|\bya29\.[\w.-]{20,}"  # Google
    r"|\bsk-(?=[\w-]{0,512}\d)[\w-]{20,}"  # OpenAI, Anthropic and those who took up their form
    r"|\bxox[abeoprs]-[\w-]{10,}"  # Slack
    r"|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{40,}"  # package registries
    r"|\bdop_v1_[0-9a-f]{60,}|\bnvapi-[\w-]{30,}",
    re.DOTALL,
)
"""Secrets that their issuers made recognisable. Source: the prefixes published for secret scanning."""
_TOOLS = {
    "sshpass": ("-p",),
    "mysql": ("-p",),
    "mysqldump": ("-p",),
    "mariadb": ("-p",),
    "mongo": ("-p",),
    "mongosh": ("-p",),
    "mongoexport": ("-p",),
    "docker": ("-p",),
    "podman": ("-p",),
    "curl": ("-u", "--user", "-U", "--proxy-user"),
    "redis-cli": ("-a",),
    "smbclient": ("-U",),
    "7z": ("-p",),
    "zip": ("-P",),
    "unzip": ("-P",),
    "openssl": ("-passin", "-passout", "-pass"),
}
"""Programs whose short options take a secret."""
_ATTACHED = frozenset({"sshpass", "mysql", "mysqldump", "mariadb", "7z", "curl"})
"""Those that take it without a space in between, too."""
_MIN_VALUE = 6
_FOLDERS = frozenset({"PWD", "OLDPWD"})
"""Variables of the shell that hold a folder, not a password."""


def scrubbed(command: Sequence[str], environ: Mapping[str, str] | None = None) -> list[str]:
    """The command with the values of passwords, tokens and keys replaced by ``***``.

    Replaced are: what follows an option, variable or field whose name ends in token, key, password, secret, passphrase
    or credential; the value of such an environment variable wherever it appears; names and passwords inside addresses;
    tokens whose form their issuer made recognisable; private keys; the password options of well-known programs.
    A secret that is named otherwise and looks like any other text is not recognised; a digest is never replaced for
    looking random.
    """
    values = secret_values(os.environ if environ is None else environ)
    return [_scrub(argument, values) for argument in _without_options(command)]


def scrubbed_value(value: Any, environ: Mapping[str, str] | None = None, name: str = "") -> Any:
    """A JSON value with its secrets replaced, by the names of its fields as well as by their form."""
    values = secret_values(os.environ if environ is None else environ)
    return _scrub_value(value, values, name)


def is_secret_name(name: str) -> bool:
    """Whether an option, variable or field of this name holds a secret."""
    return _SECRET_NAME.fullmatch(name) is not None and not _HARMLESS.search(name)


def secret_values(environ: Mapping[str, str]) -> list[str]:
    """The values of environment variables that are named like secrets, longest first; short ones are left alone."""
    secret = (value for name, value in environ.items() if name not in _FOLDERS and is_secret_name(name))
    found = {value for value in secret if len(value) >= _MIN_VALUE}
    return sorted(found, key=len, reverse=True)


def _scrub_value(value: Any, values: Sequence[str], name: str) -> Any:
    if isinstance(value, dict):
        return {_scrub(key, values): _scrub_value(inner, values, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub_value(inner, values, name) for inner in value]
    if name and value is not None and not isinstance(value, bool) and is_secret_name(name):
        return REDACTED
    return _scrub(value, values) if isinstance(value, str) else value


def _without_options(command: Sequence[str]) -> list[str]:
    """The command with what follows a secret option replaced, also within the text of a shell."""
    kept: list[str] = []
    tool, hidden = "", False
    for argument in command:
        if hidden:
            kept.append(REDACTED)
            hidden = False
            continue
        program = argument.rpartition("/")[2]
        tool = program if program in _TOOLS else tool
        attached = _attached(tool, argument)
        shown = attached if attached else _in_shell(argument) if " " in argument else argument
        kept.append(shown)
        named = argument.startswith("-") and "=" not in argument and is_secret_name(argument)
        hidden = named or argument in _TOOLS.get(tool, ())
    return kept


def _attached(tool: str, argument: str) -> str | None:
    if tool not in _ATTACHED:
        return None
    short = next((option for option in _TOOLS[tool] if len(option) == 2 and argument.startswith(option)), None)
    return f"{short}{REDACTED}" if short and len(argument) > len(short) else None


def _in_shell(text: str) -> str:
    if not any(re.search(rf"(?<![\w-]){re.escape(tool)}(?![\w-])", text) for tool in _TOOLS):
        return text
    parts = re.split(r"(\s+)", text)
    words = iter(_without_options(parts[::2]))
    return "".join(next(words) if position % 2 == 0 else part for position, part in enumerate(parts))


def _scrub(argument: str, values: Sequence[str]) -> str:
    for value in values:
        argument = argument.replace(value, REDACTED)
    argument = _KNOWN.sub(REDACTED, argument)
    argument = _BEARER.sub(rf"\g<1>{REDACTED}", argument)
    argument = _IN_QUERY.sub(rf"\g<1>{REDACTED}", argument)
    argument = _IN_ADDRESS.sub(rf"\g<1>{REDACTED}@", argument)
    for pattern in (_OPTION, _ASSIGNED):
        argument = pattern.sub(_named, argument)
    return argument


def _named(found: re.Match[str]) -> str:
    return found[0] if _HARMLESS.search(found[1]) else f"{found[1]}{found[2]}{REDACTED}"
