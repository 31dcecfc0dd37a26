"""Which files of a model folder an engine may read, by name alone."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from certify.evidence.model import FileRole

RULES_VERSION = 1
"""Version of the lists below; docs/model-identity.md prints them."""

_METADATA_FOLDERS = (".git/", ".cache/huggingface/")
_TEXT = re.compile(r"(?:readme|licen[cs]e|notice)[^/]*?(?:\.(?:md|txt|rst|pdf|html))?", re.IGNORECASE)
_IMAGE = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"})
_EXACT = frozenset({"model.sig", ".gitattributes", ".gitignore"})
_CERTIFICATE = ".certify.pdf"


def is_metadata(path: str) -> bool:
    """Whether a path belongs to version control or a download tool: never read, hashed or copied.

    Such tools rewrite their own notes at any time, so they are part of no digest.
    """
    return path.startswith(_METADATA_FOLDERS) or f"{path}/" in _METADATA_FOLDERS


def role_of(path: str) -> FileRole:
    """Documentation for names on the allow-list, runtime for everything else.

    Args:
        path: relative to the model folder, forward slashes.

    Source: docs/model-identity.md, rules version 1.
    """
    lowered = path.lower()
    suffix = PurePosixPath(lowered).suffix
    if suffix in _IMAGE or lowered.endswith(_CERTIFICATE):
        return FileRole.DOCUMENTATION
    if "/" in path:
        return FileRole.RUNTIME
    named = lowered in _EXACT or suffix == ".md" or _is_notice(lowered)
    return FileRole.DOCUMENTATION if named else FileRole.RUNTIME


def _is_notice(name: str) -> bool:
    suffix = PurePosixPath(name).suffix
    return _TEXT.fullmatch(name) is not None and suffix in ("", ".md", ".txt", ".rst", ".pdf", ".html")
