"""Codes 600 to 619: the places a registry lies in, and moving it from one to another."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E600": Explanation(
        "The database of the registry cannot be reached",
        "PostgreSQL does not answer, refused the connection, or stopped while it was asked. A statement that was being "
        "logged at that moment may be in the log or not. Bring the server back and give the same command again: "
        "nothing is logged twice.",
    ),
    "CERT-E601": Explanation(
        "The object store of the registry cannot be used",
        "The store that keeps statements, PDFs and tiles does not answer or refuses. Check the address, the network "
        "and the credentials in the environment, then give the same command again.",
    ),
    "CERT-E603": Explanation(
        "A copy of a registry does not verify",
        "Everything in a copy is worked out again before it is believed: the signatures by the keys that were "
        "enrolled, the leaves, every root the log has signed. Something in this copy was changed, cut short or is "
        "missing. Nothing was written. Take another copy.",
    ),
    "CERT-E604": Explanation(
        "This copy cannot be used that way",
        "A registry goes on in a new place only from a final copy, because a registry that both go on writing to would "
        "have two histories. Export it with --final, into a new and empty folder. To bring back a database that was "
        "lost, use `certify registry restore`.",
    ),
    "CERT-E605": Explanation(
        "This registry was handed over",
        "Its log goes on elsewhere, from the copy that `certify registry export --final` made. It can be read here, "
        "and nothing can be added. Use the workspace that it was imported into.",
    ),
    "CERT-E606": Explanation(
        "Nothing tells what this registry signed last",
        "A restored copy may be older than the last checkpoint that was given to somebody. The lock, or the published "
        "checkpoint, would show that. Both are gone. If you know that nothing was signed after the copy was made, say "
        "--lock-lost; otherwise start a new log under a new name and keep this one for reading.",
    ),
}
