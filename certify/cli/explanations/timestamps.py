"""Codes 130 to 133: timestamps and keyless signatures."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E130": Explanation(
        "A timestamp cannot be believed",
        "It is damaged, was given for another signature, or comes from an authority that your trust file does not "
        "name or whose certificate was not valid at the time it states. A timestamp that does not hold makes the "
        "document invalid, because somebody put it there. Ask whoever signed for the original file; ask the "
        "publisher of your trust file which timestamp authorities count.",
    ),
    "CERT-E131": Explanation(
        "Timestamps are missing, or contradict what is claimed",
        "The timestamps show another order than plan, test, decision, certificate, or a statement claims a time that "
        "its own timestamp rules out: somebody may have written it afterwards. Or your trust file asks for "
        "timestamps and there are none. Do not rely on the document before its issuer has explained it.",
    ),
    "CERT-E132": Explanation(
        "The timestamp authority failed",
        "It could not be reached, refused, or answered with something that readers would not believe. The workspace "
        "has everything it signs timestamped, so the statement was not signed; what was done before is kept. Give "
        "the same command again once it answers, or choose another authority with `certify trust timestamp`.",
    ),
    "CERT-E133": Explanation(
        "A keyless signature cannot be made or believed",
        "Keyless signatures need a login and the services of Sigstore, or the signature does not belong to the "
        "statement, to the identity you named, or to the services you trust. The message says which. With a key, "
        "nothing but the key is needed.",
    ),
}
