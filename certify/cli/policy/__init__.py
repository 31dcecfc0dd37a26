"""``certify policy``: write, read, try and compare policies."""

from __future__ import annotations

import typer

from certify.cli.policy.changes import show_changes
from certify.cli.policy.explaining import explain_rules
from certify.cli.policy.reading import list_policies, show
from certify.cli.policy.trying import lint, mutate_rules, try_examples
from certify.cli.policy.waivers import list_waivers
from certify.cli.policy.writing import begin, complete_example, print_schema

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Write, read, try and compare policies.")
app.command("list")(list_policies)
app.command("show")(show)
app.command("new")(begin)
app.command("lint")(lint)
app.command("test")(try_examples)
app.command("example")(complete_example)
app.command("explain")(explain_rules)
app.command("diff")(show_changes)
app.command("mutate")(mutate_rules)
app.command("waivers")(list_waivers)
app.command("schema")(print_schema)
