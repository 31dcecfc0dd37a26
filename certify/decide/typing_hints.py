"""What an author probably meant, for the complaints of the expression compiler."""

from __future__ import annotations

import re
from collections.abc import Iterable

from certify.decide.descriptors import PACKAGE, descriptor_pool
from certify.decide.mistakes import closest
from certify.decide.schema import Facts
from certify.decide.syntax import ROOTS

_FIELD = re.compile(r"undefined field '(\w+)' not found in struct '([\w.]+)'")
_NAME = re.compile(r"undeclared reference to '([\w.]+)'")
_MIXED = re.compile(r"\((?:double, int|int, double)\)")


def typing_hint(message: str, params: Iterable[str]) -> str:
    """What to write instead, for a message of the compiler.

    Args:
        message: the compiler's words.
        params: names of the rule's parameters.
    """
    if _MIXED.search(message):
        return "write whole numbers compared with shares with a decimal point, such as 1.0"
    if found := _FIELD.search(message):
        known = [field.name for field in descriptor_pool(Facts).FindMessageTypeByName(found[2]).fields]
        names = [name.replace("_", "-") for name in known] if found[2] == f"{PACKAGE}.CheckFacts" else known
        return closest(found[1], names) or f"it has {', '.join(names)}"
    if found := _NAME.search(message):
        names = [*ROOTS, "now", *(f"params.{name}" for name in params)]
        return closest(found[1], names) or f"known: {', '.join(names)}"
    if f"'_[_]' applied to '({PACKAGE}.CheckFacts" in message:
        return 'write the id of a check between the brackets: check["fresh-reasoning"]'
    return "see docs/policy.md for what expressions can say"
