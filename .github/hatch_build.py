"""Puts policies/ and templates/ into the wheel; editable installs read them from the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Bundle(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        for room in ("policies", "templates"):
            build_data["force_include"][room] = f"certify/_bundled/{room}"
