"""The scripts as one classic file: browsers load no modules from a folder that is opened without a server."""

from __future__ import annotations

import re

from certify.resources import room
from certify_registry.pages.drawing import MODULES

_IMPORT = re.compile(r"^import \{[^}]*\} from '\./[a-z]+\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function |class |const )", re.MULTILINE)


def joined_scripts() -> str:
    """The modules one behind the other, without their imports and exports, in a scope of their own."""
    folder = room("templates") / "registry" / "js"
    parts = [_EXPORT.sub("", _IMPORT.sub("", (folder / name).read_text("utf-8"))) for name in MODULES]
    return "(() => {\n'use strict';\n" + "\n".join(parts) + "})();\n"
