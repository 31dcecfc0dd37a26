"""Codes 460 to 469: training data in object stores."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E460": Explanation(
        "The scan does not read from that kind of address",
        "It reads from S3, Google Cloud Storage, Azure, web servers and the local disk, and sends no query. Give such "
        "an address, or fetch the data and name its path.",
    ),
    "CERT-E461": Explanation(
        "The store with the training data does not answer",
        "The data could not be listed, so nothing is known about what it holds. Check the address, the network and "
        "the credentials, which come from the environment as usual for that store. Then give the command again.",
    ),
}
