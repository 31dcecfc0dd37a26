"""The list of certificates as a table, and the changes of standing as a feed."""

from __future__ import annotations

import csv
import io

from certify_registry.pages.catalogue import Catalogue
from certify_registry.pages.drawing import draw
from certify_registry.pages.links import ServerLinks
from certify_registry.pages.log_view import changes
from certify_registry.pages.searching import Form, search
from certify_registry.pages.wording import csv_cell

COLUMNS = ("serial", "status", "model", "model_identity", "policy", "level", "issuer", "valid_from", "valid_until")


def atom(catalogue: Catalogue, links: ServerLinks) -> str:
    """The newest changes of standing. Source: RFC 4287."""
    found = list(changes(catalogue.reader))
    return draw("feed.xml", links, settings=catalogue.settings, origin=catalogue.reader.origin, changes=found,
                updated=found[0].time if found else "1970-01-01T00:00:00Z")  # fmt: skip


def table(catalogue: Catalogue, form: Form) -> tuple[str, str]:
    """The certificates a form asks for as CSV, and the query of the next page. Source: RFC 4180.

    Raises:
        UsageError: CERT-E681, the form asks for nothing that can be looked up.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, "log_index"])
    found = search(catalogue, form)
    for brief, status in found.lines:
        row = brief.row
        cells = (row.serial, status.word, row.model_name, row.model_identity, brief.policy, str(brief.level),
                 brief.issuer, row.valid_from, row.valid_until)  # fmt: skip
        writer.writerow([*map(csv_cell, cells), row.log_index])
    return out.getvalue(), found.more
