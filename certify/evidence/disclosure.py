"""Predicate ``disclosure``: withheld fields of a statement, shown to one reader."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from certify.evidence.base import Utc, Value
from certify.evidence.visibility import Opening


class Disclosure(Value):
    """Signed by whoever shows the fields; that they are the ones that were signed follows from the openings."""

    statement_type: str = Field(max_length=500)
    """Predicate type of the statement whose fields are shown; its payload digest is the subject."""
    disclosed_to: str = Field(min_length=1, max_length=300)
    """Who asked to see them."""
    openings: tuple[Opening, ...] = Field(min_length=1, max_length=1000)
    """Each field with its value and the salt of its commitment."""
    disclosed_at: Utc
    """When they were shown."""

    def document(self) -> dict[str, Any]:
        """The JSON object of this value; a field that was signed empty is shown empty."""
        return {**super().document(), "openings": [opening.document() for opening in self.openings]}
