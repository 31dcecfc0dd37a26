"""Codes 470 to 473: scans on a Ray cluster."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E470": Explanation(
        "A Ray cluster on other machines needs a token",
        "A cluster without one runs whatever is sent by anybody who can reach it, so its answers prove nothing. Start "
        "it with RAY_AUTH_MODE=token, and set RAY_AUTH_TOKEN, or RAY_AUTH_TOKEN_PATH with a file that holds the token, "
        "where you give the command. The token does not encrypt: use a network that is your own.",
    ),
    "CERT-E471": Explanation(
        "The address of the Ray cluster cannot be read",
        "Give the host and port of its head node, as in `--ray head.example:6379`, or `--ray local` for a cluster on "
        "this machine that ends with the scan. Nothing was scanned yet.",
    ),
    "CERT-E472": Explanation(
        "The Ray cluster cannot be used",
        "It does not answer, refuses the token, or could not be started. Nothing is lost: files that were finished are "
        "noted. Check the address, the network and the token, then give the same command again, or leave --ray away to "
        "scan with the threads of this machine.",
    ),
    "CERT-E473": Explanation(
        "A worker of the Ray cluster has another version of certify",
        "Other code can find other copies, and a report must not depend on which machine read which file. Install the "
        "same version of certify, Python and numba on every node.",
    ),
}
