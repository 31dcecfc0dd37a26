"""Writes docs/policy.schema.json from the form of policies and the parameters of checks.

Run it after a change to ``certify/decide/form.py`` or to ``certify/evidence/parameters``:
``python docs/generate_policy_schema.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

from certify.decide.editor import policy_schema

PAGE = Path(__file__).resolve().parent / "policy.schema.json"


def document() -> str:
    """The whole file."""
    return json.dumps(policy_schema(), indent=1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
